package io.resnetspark.pipeline.experiment;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.NetworkTable;
import io.resnetspark.model.error.ConfigurationException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds networks of equal size: with other numbers of blocks, and widths close to a multiple of the original's that need not
 * be whole, so that parameters agree within one per cent.
 */
final class EqualParameters {

    /** Largest difference of the parameters, relative to those wanted. */
    static final double TOLERANCE = 0.01;

    /** How far each width may be from the multiple, in channels. */
    private static final int REACH = 2;

    private final NetworkName original;
    private final List<Integer> widths;
    private final long wanted;

    EqualParameters(NetworkName original) {
        this.original = original;
        this.widths = original.spec().widths();
        this.wanted = parameters(original);
    }

    static long parameters(NetworkName network) {
        return NetworkTable.of(network.spec()).parameters();
    }

    /**
     * The network with {@code blocksPerStage} blocks in every stage whose widths are closest to proportional among those
     * with as many parameters as the original.
     *
     * @throws ConfigurationException if there is none: networks of a few channels cannot be that fine
     */
    NetworkName withBlocks(int blocksPerStage) {
        NetworkName blocks =
                original.withBlocks(widths.stream().map(width -> blocksPerStage).toList());
        double multiple = multiple(blocks);
        return neighbours(multiple).stream()
                .sorted(Comparator.comparingDouble(candidate -> distortion(candidate, multiple)))
                .map(blocks::withWidths)
                .filter(network -> Math.abs(parameters(network) - wanted) <= TOLERANCE * wanted)
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(
                        "No widths give %s with %d blocks a stage its %,d parameters within 1 %%; try fewer blocks"
                                .formatted(original, blocksPerStage, wanted)));
    }

    /** By bisection: parameters grow with the multiple. */
    private double multiple(NetworkName blocks) {
        double low = 1.0 / widths.get(0);
        double high = 2;
        while (parameters(blocks.withWidths(scaled(high))) < wanted) {
            high *= 2;
        }
        for (int i = 0; i < 20; i++) {
            double middle = Math.sqrt(low * high);
            if (parameters(blocks.withWidths(scaled(middle))) < wanted) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    private List<Integer> scaled(double multiple) {
        return widths.stream()
                .map(width -> (int) Math.max(1, Math.round(width * multiple)))
                .toList();
    }

    private List<List<Integer>> neighbours(double multiple) {
        List<List<Integer>> found = List.of(List.of());
        for (int width : scaled(multiple)) {
            List<List<Integer>> longer = new ArrayList<>();
            for (List<Integer> start : found) {
                int least = start.isEmpty() ? 1 : start.get(start.size() - 1);
                for (int next = Math.max(least, width - REACH); next <= width + REACH; next++) {
                    List<Integer> candidate = new ArrayList<>(start);
                    candidate.add(next);
                    longer.add(candidate);
                }
            }
            found = longer;
        }
        return found;
    }

    /** Sum of the relative deviations from the multiple. */
    private double distortion(List<Integer> candidate, double multiple) {
        return IntStream.range(0, widths.size())
                .mapToDouble(i -> Math.abs(Math.log(candidate.get(i) / (widths.get(i) * multiple))))
                .sum();
    }
}
