package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.model.training.TrainingState;
import io.resnetspark.pipeline.training.AveragingConfig;
import io.resnetspark.pipeline.training.worker.RoundOrder;
import io.resnetspark.pipeline.training.worker.TrainingPlan;
import io.resnetspark.pipeline.training.worker.WorkerReport;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;

/** Lets all workers train a round and averages what comes out: one Spark job. */
public interface RoundJob extends AutoCloseable {

    /** For a training's workers, of which each slice is averaged apart. */
    static RoundJob of(Broadcast<TrainingPlan> plan, SlicePlan slices, AveragingConfig.Transfer transfer) {
        if (plan.value().workers() == 1) {
            return new SoleWorker(plan);
        }
        return switch (transfer) {
            case FLOAT32 -> new SlicedReduce(plan, slices);
            case FLOAT16 -> new HalfPrecisionReduce(plan, slices);
        };
    }

    /**
     * What a round came to.
     *
     * @param state the average of all workers
     * @param reports what each worker did, by worker
     * @param driverBytes payload the driver received
     */
    record Averaged(TrainingState state, List<WorkerReport> reports, long driverBytes) {}

    /**
     * @param shards one partition per worker
     * @param start what workers start from; not to be destroyed but {@linkplain #retire retired} afterwards
     */
    Averaged run(JavaRDD<String> shards, RoundOrder order, Broadcast<TrainingState> start);

    /** Takes back a state that no round will start from any more. */
    default void retire(Broadcast<TrainingState> start) {
        start.destroy();
    }

    /** Frees what retired states it keeps. */
    @Override
    default void close() {
        // most keep none
    }
}
