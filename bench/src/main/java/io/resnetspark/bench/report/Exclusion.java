package io.resnetspark.bench.report;

/** A system that was asked for and has no number, with the reason. */
public record Exclusion(String system, String network, String mode, String reason) {}
