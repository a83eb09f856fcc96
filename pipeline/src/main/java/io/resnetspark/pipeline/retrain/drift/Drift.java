package io.resnetspark.pipeline.retrain.drift;

import io.resnetspark.pipeline.retrain.drift.DataProfile.Feature;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How far new images are from the reference.
 *
 * @param referenceImages images of the reference
 * @param newImages new images
 * @param referenceLabels images of the reference by label
 * @param newLabels new images by label
 * @param labelStability population stability index over the classes; NaN without images on both sides
 * @param labelChiSquaredP probability of so uneven labels by chance
 * @param inputs per channel and feature
 */
public record Drift(
        long referenceImages,
        long newImages,
        long[] referenceLabels,
        long[] newLabels,
        double labelStability,
        double labelChiSquaredP,
        List<InputDrift> inputs) {

    /** Groups of about equal shares of the reference, as is usual for a stability index. */
    private static final int GROUPS = 10;

    /**
     * @param channel 0, 1, 2 for red, green, blue
     * @param feature {@code brightness} or {@code contrast}
     * @param stability population stability index over tenths of the reference
     * @param kolmogorovSmirnov largest distance of the distribution functions, 0..1
     * @param kolmogorovSmirnovP probability of so large a distance by chance
     */
    public record InputDrift(
            int channel, String feature, double stability, double kolmogorovSmirnov, double kolmogorovSmirnovP) {}

    /** Compares profiles of the same classes and channels. */
    public static Drift between(DataProfile reference, DataProfile current) {
        List<InputDrift> inputs = new ArrayList<>();
        for (int channel = 0; channel < reference.channels(); channel++) {
            for (Feature feature : Feature.values()) {
                long[] before = reference.histogram(channel, feature);
                long[] now = current.histogram(channel, feature);
                int[] groups = Distance.quantileGroups(before, GROUPS);
                double statistic = Distance.kolmogorovSmirnov(before, now);
                inputs.add(new InputDrift(
                        channel,
                        feature.name().toLowerCase(Locale.ROOT),
                        Distance.populationStability(
                                Distance.grouped(before, groups, GROUPS), Distance.grouped(now, groups, GROUPS)),
                        statistic,
                        Distance.kolmogorovSmirnovP(statistic, reference.images(), current.images())));
            }
        }
        return new Drift(
                reference.images(),
                current.images(),
                reference.labels(),
                current.labels(),
                Distance.populationStability(reference.labels(), current.labels()),
                Distance.chiSquaredP(reference.labels(), current.labels()),
                inputs);
    }

    /** The input that moved most by its stability index; empty where there is nothing to compare. */
    public Optional<InputDrift> worstInput() {
        return inputs.stream()
                .filter(input -> !Double.isNaN(input.stability()))
                .max(Comparator.comparingDouble(InputDrift::stability));
    }
}
