package io.resnetspark.pipeline.dataset;

import java.util.Map;

/**
 * What a run saw. {@code seen = added + unchanged + duplicates + rejected}.
 *
 * @param seen images (or files taken for images) in the source
 * @param added images new to the dataset
 * @param unchanged images the dataset had already
 * @param duplicates further copies of the same bytes, by kind: in one class and split, {@code
 *     duplicate-across-splits}, {@code duplicate-other-label}
 * @param rejected unusable ones by reason
 * @param leftOut files that are no images and were not looked at, by rule; not among those seen
 */
public record RunCounts(
        long seen,
        long added,
        long unchanged,
        Map<String, Long> duplicates,
        Map<String, Long> rejected,
        Map<String, Long> leftOut) {

    public RunCounts {
        leftOut = leftOut == null ? Map.of() : Map.copyOf(leftOut); // datasets of earlier versions have none
    }

    public long duplicateTotal() {
        return duplicates.values().stream().mapToLong(Long::longValue).sum();
    }

    public long rejectedTotal() {
        return rejected.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Share of the images seen that were rejected, 0..1. */
    public double rejectedFraction() {
        return seen == 0 ? 0 : (double) rejectedTotal() / seen;
    }
}
