package io.resnetspark.bench.resources;

/**
 * Resident memory after some steps.
 *
 * @param bytes of the process
 */
public record MemorySample(long step, long bytes) {}
