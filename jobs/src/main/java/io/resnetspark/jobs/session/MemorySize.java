package io.resnetspark.jobs.session;

import org.apache.spark.network.util.JavaUtils;

/**
 * An amount of memory, written as Spark writes it: {@code 12g}, {@code 800m}.
 *
 * @param bytes at least 64 MiB: less is a forgotten unit
 */
public record MemorySize(long bytes) {

    private static final long LEAST = 64L << 20;

    public MemorySize {
        if (bytes < LEAST) {
            throw new IllegalArgumentException("expected at least 64m, found %d bytes".formatted(bytes));
        }
    }

    /** @throws IllegalArgumentException if the text is no amount of memory */
    static MemorySize parse(String text) {
        try {
            return new MemorySize(JavaUtils.byteStringAsBytes(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected an amount of memory such as 12g, found %s".formatted(text), e);
        }
    }
}
