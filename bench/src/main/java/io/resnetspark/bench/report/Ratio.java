package io.resnetspark.bench.report;

/**
 * How many times as fast as a peer this project is: the quotient of the medians.
 *
 * @param peer the other system
 */
public record Ratio(String network, String mode, String system, String peer, double ratio) {}
