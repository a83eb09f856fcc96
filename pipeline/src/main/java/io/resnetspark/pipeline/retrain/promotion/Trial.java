package io.resnetspark.pipeline.retrain.promotion;

import io.resnetspark.model.metrics.Interval;
import java.util.Optional;

/**
 * The challenger, and the champion if there is one, on the same images.
 *
 * @param challenger its scores
 * @param against the champion's, and how the two compare; empty where there is no champion
 */
public record Trial(ModelScores challenger, Optional<Against> against) {

    /**
     * @param champion its scores
     * @param gain top-1 of the challenger minus top-1 of the champion
     * @param gainCi95 bootstrap interval of the gain over resampled images
     * @param onlyChallenger images only the challenger recognised
     * @param onlyChampion images only the champion recognised
     * @param mcnemarP exact two-sided p-value of McNemar's test
     */
    public record Against(
            ModelScores champion,
            double gain,
            Interval gainCi95,
            long onlyChallenger,
            long onlyChampion,
            double mcnemarP) {}
}
