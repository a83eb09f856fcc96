package io.resnetspark.pipeline.experiment;

import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.training.TrainConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All experiments, and the scale at which one is run.
 *
 * @param data path of the prepared dataset
 * @param output directory of the experiment
 * @param images training images, chosen by a hash of their content; all of them if empty
 * @param epochs length of each training, with its schedule stretched to it; the experiment's own if empty
 * @param seeds each training is repeated with each of them
 * @param networks instead of the experiment's own
 * @param judgedOn split whose error is drawn
 */
public record ExperimentConfig(
        String data,
        String output,
        Optional<Integer> images,
        Optional<Integer> epochs,
        List<Long> seeds,
        Optional<List<String>> networks,
        Split judgedOn,
        Degradation degradation,
        DepthVsWidth depthVsWidth,
        BatchNormBenefit batchNorm,
        AveragingCost averaging) {

    /** Which experiment. */
    public enum Name {
        DEGRADATION,
        DEPTH_VS_WIDTH,
        BATCH_NORM,
        AVERAGING
    }

    public ExperimentConfig {
        seeds = List.copyOf(seeds);
        if (seeds.isEmpty() || new HashSet<>(seeds).size() < seeds.size()) {
            throw new IllegalArgumentException("seeds must be at least one, each once, not " + seeds);
        }
        if (epochs.isPresent() && epochs.get() < 1) {
            throw new IllegalArgumentException("epochs must be at least 1, not " + epochs.get());
        }
    }

    /** The experiment of that name at the scale of this configuration. */
    public Experiment experiment(Name name) {
        return switch (name) {
            case DEGRADATION -> scaled(degradation, degradation.train());
            case DEPTH_VS_WIDTH -> scaled(depthVsWidth, depthVsWidth.train());
            case BATCH_NORM -> scaled(batchNorm, batchNorm.train());
            case AVERAGING -> scaled(averaging, averaging.train());
        };
    }

    private <T extends Record & Experiment> T scaled(T experiment, TrainConfig train) {
        Map<String, Object> training = new HashMap<>(Map.of("data", data, "images", images, "validateOn", judgedOn));
        epochs.ifPresent(count -> {
            LearningRateSchedule schedule = train.schedule().stretched((double) count / train.epochs());
            training.putAll(Map.of("epochs", count, "schedule", schedule));
        });
        Map<String, Object> changes = new HashMap<>(Map.of("train", RecordCopy.of(train, training)));
        networks.ifPresent(chosen -> changes.put("networks", chosen));
        return RecordCopy.of(experiment, changes);
    }
}
