package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.model.training.TrainingState;
import io.resnetspark.pipeline.training.averaging.SlicePlan.Slice;
import io.resnetspark.pipeline.training.worker.ResidentWorker;
import io.resnetspark.pipeline.training.worker.ResidentWorkers;
import io.resnetspark.pipeline.training.worker.RoundOrder;
import io.resnetspark.pipeline.training.worker.TrainingPlan;
import io.resnetspark.pipeline.training.worker.WorkerReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * A round in two stages: every worker trains and cuts its new state into slices; each slice is averaged by one task. The
 * driver receives every slice once, whatever the number of workers.
 */
public record SlicedReduce(Broadcast<TrainingPlan> plan, SlicePlan slices) implements RoundJob {

    @Override
    public Averaged run(JavaRDD<String> shards, RoundOrder order, Broadcast<TrainingState> start) {
        Broadcast<TrainingPlan> sharedPlan = plan;
        SlicePlan cut = slices;
        List<AveragedSlice> averaged;
        try (RoundStages stages = RoundStages.train(shards, order)) {
            JavaPairRDD<Integer, SlicePart> parts = shards.mapPartitionsWithIndex(
                            (number, names) -> trainAndCut(sharedPlan.value(), number, order, start, cut), true)
                    .mapToPair(part -> part);
            stages.average();
            averaged = parts.groupByKey(new HashPartitioner(cut.slices().size()))
                    .map(slice -> SliceAveraging.average(cut.slices().get(slice._1()), slice._2()))
                    .collect();
        }
        AveragedSlices whole = AveragedSlices.of(averaged);
        return new Averaged(whole.state(), whole.reports(), whole.bytes());
    }

    private static Iterator<Tuple2<Integer, SlicePart>> trainAndCut(
            TrainingPlan plan, int number, RoundOrder order, Broadcast<TrainingState> start, SlicePlan cut) {
        ResidentWorker.Trained trained =
                ResidentWorkers.with(plan, number, worker -> worker.train(order, start::value));
        WorkerReport report = trained.report().sending(trained.state().bytes());
        float[][] vectors = trained.state().vectors();
        List<Tuple2<Integer, SlicePart>> parts = new ArrayList<>();
        for (Slice slice : cut.slices()) {
            float[][] part = new float[vectors.length][];
            for (int i = 0; i < vectors.length; i++) {
                part[i] = Arrays.copyOfRange(vectors[i], slice.start(), slice.end());
            }
            List<WorkerReport> reports = slice.number() == 0 ? List.of(report) : List.of();
            parts.add(new Tuple2<>(
                    slice.number(), new SlicePart(number, report.result().examples(), part, reports)));
        }
        return parts.iterator();
    }
}
