package io.resnetspark.pipeline.training.loop;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.BatchNormMetrics;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.averaging.Averager;
import io.resnetspark.pipeline.training.worker.BatchNormReestimation;
import io.resnetspark.pipeline.training.worker.TrainingPlan;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes batch-norm statistics anew for the model that a finished training leaves: its best checkpoint, else its newest. The
 * checkpoint stays as it is, so that the training can be continued.
 *
 * @param layout of the network's parameters
 */
public record ModelReestimation(RunDirectory run, BatchNormReestimation reestimation, ParameterLayout layout) {

    private static final Logger LOG = LoggerFactory.getLogger(ModelReestimation.class);

    /**
     * @param averager validates
     * @return empty if there was nothing to do: it had been done before the run was resumed, or there is no batch norm
     */
    Optional<BatchNormMetrics> run(JavaSparkContext spark, TrainingPlan plan, Averager averager) {
        if (plan.images().features().isPresent()) {
            LOG.warn("Only the head was trained, and it has no batch norm: there are no statistics to compute anew");
            return Optional.empty();
        }
        Checkpoint checkpoint = run.modelCheckpoint();
        if (run.reestimated(checkpoint).isPresent()) {
            return Optional.empty();
        }
        long begin = System.nanoTime();
        float[] before = checkpoint.snapshot().model();
        float[] after = reestimation.run(spark, before, layout);
        BatchNormMetrics metrics = new BatchNormMetrics(
                checkpoint.position().round(),
                checkpoint.position().epoch(),
                reestimation.chosen(),
                validation(plan, averager, before),
                validation(plan, averager, after),
                (System.nanoTime() - begin) / 1e9);
        run.writeReestimated(checkpoint, after, layout);
        return Optional.of(metrics);
    }

    private static Optional<EpochMetrics.Validation> validation(
            TrainingPlan plan, Averager averager, float[] parameters) {
        return plan.images().validationIndex().map(images -> EpochMetrics.Validation.of(averager.validate(parameters)));
    }
}
