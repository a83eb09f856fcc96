package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.training.StepResult;
import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;

/**
 * Loss and accuracy on the validation split, of which each worker takes its share.
 *
 * @param shards one partition per worker
 */
public record ValidationPass(JavaRDD<String> shards, Broadcast<TrainingPlan> plan) {

    /** Gives an executor the parameters of a network. */
    public interface Parameters extends Supplier<float[]>, Serializable {}

    public StepResult of(Parameters parameters) {
        Broadcast<TrainingPlan> sharedPlan = plan;
        List<StepResult> shares = shards.mapPartitionsWithIndex(
                        (number, names) -> Collections.singletonList(ResidentWorkers.with(
                                        sharedPlan.value(), number, worker -> worker.validate(parameters)))
                                .iterator(),
                        true)
                .collect();
        return shares.stream().reduce(StepResult.NONE, StepResult::plus);
    }

    public StepResult of(Broadcast<float[]> parameters) {
        try {
            return of(parameters::value);
        } finally {
            parameters.destroy();
        }
    }
}
