package io.resnetspark.pipeline.training.dl4j;

import io.resnetspark.model.training.StepResult;
import io.resnetspark.model.training.TrainingState;
import java.io.Serializable;
import org.deeplearning4j.spark.api.TrainingResult;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;

/**
 * dl4j-spark's name for what a worker hands back.
 *
 * @param state parameters, optimiser state and running statistics
 * @param result what the worker saw
 */
public record AveragingResult(TrainingState state, StepResult result) implements TrainingResult, Serializable {

    @Override
    public void setStats(SparkTrainingStats stats) {
        // timings are part of every round's metrics
    }
}
