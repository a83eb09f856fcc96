package io.resnetspark.pipeline.dataset;

import java.io.Serializable;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which images of a split take part, by the version of the dataset that added them. Whether an image is in depends on its
 * content, its version and the seed alone, so the same selection means the same images in every later version.
 *
 * @param shares by dataset version, the share of the images it added that take part, 0..1; of a version that is not
 *     named, none do
 * @param seed another seed draws another sample where a share is below 1
 * @param excluded image_ids that never take part
 */
public record ExampleSelection(Map<Integer, Double> shares, long seed, List<String> excluded) implements Serializable {

    public ExampleSelection {
        shares = new TreeMap<>(shares);
        excluded = List.copyOf(excluded);
        shares.forEach((version, share) -> {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException(
                        "the share of version %d must be 0 to 1, not %s".formatted(version, share));
            }
        });
    }

    /** The examples of an index that take part, in its order. */
    int[] of(ExampleIndex index) {
        Set<Long> never = excluded.stream()
                .map(id -> HexFormat.fromHexDigitsToLong(id, 0, 16))
                .collect(Collectors.toSet());
        return java.util.stream.IntStream.range(0, index.size())
                .filter(example -> includes(index.version(example), index.idHash(example))
                        && !never.contains(index.idHash(example)))
                .toArray();
    }

    private boolean includes(int version, long idHash) {
        return uniform(idHash) < shares.getOrDefault(version, 0.0);
    }

    /** In [0, 1): the finaliser of SplitMix64 over content and seed. */
    private double uniform(long idHash) {
        long z = idHash + seed * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return ((z ^ (z >>> 31)) >>> 11) * 0x1p-53;
    }
}
