package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.inference.TestTimeAugmentation;
import io.resnetspark.pipeline.model.Precision;
import java.util.ArrayList;
import java.util.List;

/**
 * How a model is judged and what its report shows.
 *
 * @param batchSize images per call of the network, at least 1
 * @param precision what the networks compute with
 * @param testTimeAugmentation views of each image whose probabilities are averaged
 * @param calibrationBins bins of the reliability diagram, at least 1
 * @param temperatureScaling whether logits are divided by a temperature fitted on the validation split first
 * @param sliceBy dataset columns by whose values accuracy is broken down
 * @param mistakes how many of the most confident mistakes are shown, at least 0
 * @param imagesPerConfusion how many images are shown of each frequent confusion, at least 0
 * @param suspectLabels how many suspected label errors are shown, at least 0
 * @param thumbnailSizePixels longer side of the pictures in the page, at least 8
 * @param bootstrapResamples resamples behind the interval of a difference between models, at least 100
 * @param seed of the resampling
 * @param failUnder requirements such as {@code top1=0.9} ({@link Requirement})
 */
public record EvaluateConfig(
        int batchSize,
        Precision precision,
        TestTimeAugmentation testTimeAugmentation,
        int calibrationBins,
        boolean temperatureScaling,
        List<String> sliceBy,
        int mistakes,
        int imagesPerConfusion,
        int suspectLabels,
        int thumbnailSizePixels,
        int bootstrapResamples,
        long seed,
        List<String> failUnder) {

    /** @throws ConfigurationException naming every setting that is out of range */
    public EvaluateConfig {
        sliceBy = List.copyOf(sliceBy);
        failUnder = List.copyOf(failUnder);
        List<String> problems = new ArrayList<>();
        atLeast(problems, "batch-size", batchSize, 1);
        atLeast(problems, "calibration-bins", calibrationBins, 1);
        atLeast(problems, "mistakes", mistakes, 0);
        atLeast(problems, "images-per-confusion", imagesPerConfusion, 0);
        atLeast(problems, "suspect-labels", suspectLabels, 0);
        atLeast(problems, "thumbnail-size-pixels", thumbnailSizePixels, 8);
        atLeast(problems, "bootstrap-resamples", bootstrapResamples, 100);
        for (String requirement : failUnder) {
            try {
                Requirement.parse(requirement);
            } catch (ConfigurationException e) {
                problems.add(e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(String.join("\n", problems));
        }
    }

    /** What {@code evaluate} does unless told otherwise. */
    public static EvaluateConfig standard() {
        return new EvaluateConfig(
                64,
                Precision.MODEL,
                TestTimeAugmentation.NONE,
                15,
                false,
                List.of(),
                48,
                12,
                48,
                96,
                10_000,
                1,
                List.of());
    }

    private static void atLeast(List<String> problems, String key, int value, int least) {
        if (value < least) {
            problems.add("%s must be at least %d, not %d".formatted(key, least, value));
        }
    }
}
