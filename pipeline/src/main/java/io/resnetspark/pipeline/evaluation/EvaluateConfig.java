package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.inference.TestTimeAugmentation;
import io.resnetspark.pipeline.model.Precision;
import io.resnetspark.pipeline.storage.Flattened;
import java.util.ArrayList;
import java.util.List;

/**
 * How a model is judged and what its report shows.
 *
 * @param inference how images are classified
 * @param analysis what is computed from that
 * @param shown how much of what was found is shown
 * @param failUnder requirements such as {@code top1=0.9} ({@link Requirement})
 */
public record EvaluateConfig(
        @Flattened Inference inference,
        @Flattened Analysis analysis,
        @Flattened Shown shown,
        List<String> failUnder) {

    /**
     * @param batchSize images per call of the network, at least 1
     * @param precision what the networks compute with
     * @param testTimeAugmentation views of each image whose probabilities are averaged
     */
    public record Inference(int batchSize, Precision precision, TestTimeAugmentation testTimeAugmentation) {

        /** @throws ConfigurationException if a setting is out of range */
        public Inference {
            Problems problems = new Problems();
            problems.unlessAtLeast("batch-size", batchSize, 1);
            problems.report();
        }
    }

    /**
     * @param calibrationBins bins of the reliability diagram, at least 1
     * @param temperatureScaling whether logits are divided by a temperature fitted on the validation split first
     * @param sliceBy dataset columns by whose values accuracy is broken down
     * @param bootstrapResamples resamples behind the interval of a difference between models, at least 100
     * @param seed of the resampling
     */
    public record Analysis(
            int calibrationBins, boolean temperatureScaling, List<String> sliceBy, int bootstrapResamples, long seed) {

        /** @throws ConfigurationException naming every setting that is out of range */
        public Analysis {
            sliceBy = List.copyOf(sliceBy);
            Problems problems = new Problems();
            problems.unlessAtLeast("calibration-bins", calibrationBins, 1);
            problems.unlessAtLeast("bootstrap-resamples", bootstrapResamples, 100);
            problems.report();
        }
    }

    /**
     * @param mistakes how many of the most confident mistakes are shown, at least 0
     * @param imagesPerConfusion how many images are shown of each frequent confusion, at least 0
     * @param suspectLabels how many suspected label errors are shown, at least 0
     * @param thumbnailSizePixels longer side of the pictures in the page, at least 8
     */
    public record Shown(int mistakes, int imagesPerConfusion, int suspectLabels, int thumbnailSizePixels) {

        /** @throws ConfigurationException naming every setting that is out of range */
        public Shown {
            Problems problems = new Problems();
            problems.unlessAtLeast("mistakes", mistakes, 0);
            problems.unlessAtLeast("images-per-confusion", imagesPerConfusion, 0);
            problems.unlessAtLeast("suspect-labels", suspectLabels, 0);
            problems.unlessAtLeast("thumbnail-size-pixels", thumbnailSizePixels, 8);
            problems.report();
        }
    }

    /** @throws ConfigurationException naming every requirement that is none */
    public EvaluateConfig {
        failUnder = List.copyOf(failUnder);
        Problems problems = new Problems();
        for (String requirement : failUnder) {
            try {
                Requirement.parse(requirement);
            } catch (ConfigurationException e) {
                problems.found.add(e.getMessage());
            }
        }
        problems.report();
    }

    /** What {@code evaluate} does unless told otherwise. */
    public static EvaluateConfig standard() {
        return new EvaluateConfig(
                new Inference(64, Precision.MODEL, TestTimeAugmentation.NONE),
                new Analysis(15, false, List.of(), 10_000, 1),
                new Shown(48, 12, 48, 96),
                List.of());
    }

    /** Collected so that a user hears of all at once. */
    private static final class Problems {

        private final List<String> found = new ArrayList<>();

        void unlessAtLeast(String key, int value, int least) {
            if (value < least) {
                found.add("%s must be at least %d, not %d".formatted(key, least, value));
            }
        }

        void report() {
            if (!found.isEmpty()) {
                throw new ConfigurationException(String.join("\n", found));
            }
        }
    }
}
