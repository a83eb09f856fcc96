package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.model.training.TrainingState;
import io.resnetspark.pipeline.training.worker.ResidentWorker;
import io.resnetspark.pipeline.training.worker.ResidentWorkers;
import io.resnetspark.pipeline.training.worker.RoundOrder;
import io.resnetspark.pipeline.training.worker.TrainingPlan;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;

/** A round of one worker: there is nothing to average, and no shuffle. */
public record SoleWorker(Broadcast<TrainingPlan> plan) implements RoundJob {

    @Override
    public Averaged run(JavaRDD<String> shards, RoundOrder order, Broadcast<TrainingState> start) {
        Broadcast<TrainingPlan> sharedPlan = plan;
        ResidentWorker.Trained trained = shards.map(shard ->
                        ResidentWorkers.with(sharedPlan.value(), 0, worker -> worker.train(order, start::value)))
                .first();
        return new Averaged(
                trained.state(), List.of(trained.report()), trained.state().bytes());
    }
}
