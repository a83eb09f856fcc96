package io.resnetspark.pipeline.experiment;

import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.storage.Flattened;
import io.resnetspark.pipeline.training.OptimizationConfig;
import io.resnetspark.pipeline.training.TrainConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * All experiments, and the scale at which one is run.
 *
 * @param data path of the prepared dataset
 * @param output directory of the experiment
 * @param scale how much is trained
 */
public record ExperimentConfig(
        String data,
        String output,
        @Flattened Scale scale,
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

    /**
     * @param images training images, chosen by a hash of their content; all of them if empty
     * @param epochs length of each training, with its schedule stretched to it; the experiment's own if empty
     * @param seeds each training is repeated with each of them
     * @param networks instead of the experiment's own
     * @param judgedOn split whose error is drawn
     */
    public record Scale(
            Optional<Integer> images,
            Optional<Integer> epochs,
            List<Long> seeds,
            Optional<List<String>> networks,
            Split judgedOn) {

        public Scale {
            seeds = List.copyOf(seeds);
            if (seeds.isEmpty() || new HashSet<>(seeds).size() < seeds.size()) {
                throw new IllegalArgumentException("seeds must be at least one, each once, not " + seeds);
            }
            if (epochs.isPresent() && epochs.get() < 1) {
                throw new IllegalArgumentException("epochs must be at least 1, not " + epochs.get());
            }
        }
    }

    /** The experiment of that name at the scale of this configuration. */
    public Experiment experiment(Name name) {
        return scaled(
                switch (name) {
                    case DEGRADATION -> degradation;
                    case DEPTH_VS_WIDTH -> depthVsWidth;
                    case BATCH_NORM -> batchNorm;
                    case AVERAGING -> averaging;
                });
    }

    private Experiment scaled(Experiment experiment) {
        TrainConfig train = experiment.train();
        OptimizationConfig own = train.optimization();
        int length = scale.epochs().orElse(own.epochs());
        return experiment.with(
                scale.networks().orElse(experiment.networks()),
                train.withDataset(train.dataset()
                                .withData(data)
                                .withImages(scale.images())
                                .withValidateOn(scale.judgedOn()))
                        .withOptimization(own.withEpochs(length)
                                .withSchedule(own.schedule().stretched((double) length / own.epochs()))));
    }
}
