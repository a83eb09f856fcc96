package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.model.training.TrainingState;
import io.resnetspark.pipeline.training.averaging.EncodedVector.Singles;
import io.resnetspark.pipeline.training.averaging.ErrorFeedback.Precision;
import io.resnetspark.pipeline.training.averaging.SlicePlan.Slice;
import io.resnetspark.pipeline.training.worker.ResidentWorker;
import io.resnetspark.pipeline.training.worker.ResidentWorkers;
import io.resnetspark.pipeline.training.worker.RoundOrder;
import io.resnetspark.pipeline.training.worker.TrainingPlan;
import io.resnetspark.pipeline.training.worker.WorkerReport;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.PartitionPruningRDD;
import scala.Tuple2;
import scala.runtime.AbstractFunction1;

/**
 * A {@link SlicedReduce} whose workers send in 16 bits how far they moved, with {@link ErrorFeedback}.
 *
 * <p>What a worker still owes must not live in its executor alone: a task may run elsewhere next time, and an executor may be
 * lost. It is written with the worker's slices, as one more part of the shuffle that no reducer reads and the worker's next
 * round does: normally from the disk of its own machine, where Spark prefers to start it. What is lost with an executor Spark
 * makes again from the rounds before, which gives the same bits. So that this stays short, and nothing is owed at a
 * checkpoint, workers settle their debts in every {@value #ROUNDS_PER_SETTLEMENT}th round and in the last one of an epoch,
 * which go in 32 bits. Until then the states of those rounds are kept.
 */
public final class HalfPrecisionReduce implements RoundJob {

    private static final int ROUNDS_PER_SETTLEMENT = 8;

    private final Broadcast<TrainingPlan> plan;
    private final SlicePlan slices;
    private final ErrorFeedback feedback;
    private final List<Broadcast<TrainingState>> kept = new ArrayList<>();
    private JavaPairRDD<Integer, Iterable<EncodedPart>> debts; // null when nothing is owed
    private int roundsInDebt;
    private int nextRound;

    HalfPrecisionReduce(Broadcast<TrainingPlan> plan, SlicePlan slices) {
        this.plan = plan;
        this.slices = slices;
        this.feedback = new ErrorFeedback(plan.value().optimization().optimizer());
    }

    @Override
    public Averaged run(JavaRDD<String> shards, RoundOrder order, Broadcast<TrainingState> start) {
        if (order.round() != nextRound) {
            forgetDebts(); // the training goes on from another state than the last round's
        }
        boolean lastOfEpoch = order.firstStep() + order.steps() == plan.value().stepsPerEpoch();
        Precision precision =
                lastOfEpoch || roundsInDebt == ROUNDS_PER_SETTLEMENT - 1 ? Precision.SETTLING : Precision.HALF;
        Work work = new Work(plan, slices, feedback, order, start, precision);
        int sliceCount = slices.slices().size();
        int partCount = sliceCount + plan.value().workers();
        AveragedSlices moved;
        JavaPairRDD<Integer, Iterable<EncodedPart>> parts;
        try (RoundStages stages = RoundStages.train(shards, order)) {
            JavaRDD<Tuple2<Integer, EncodedPart>> sent = debts == null
                    ? shards.mapPartitionsWithIndex((worker, names) -> work.trainAndEncode(worker, null), true)
                    : some(debts, new Range(sliceCount, partCount))
                            .mapPartitionsWithIndex(
                                    (worker, own) -> work.trainAndEncode(
                                            worker, own.next()._2().iterator().next()),
                                    true);
            JavaPairRDD<Integer, EncodedPart> keyed = sent.mapToPair(part -> part);
            stages.average();
            parts = keyed.groupByKey(new HashPartitioner(partCount));

            SlicePlan cut = slices;
            moved = AveragedSlices.of(some(parts, new Range(0, sliceCount))
                    .map(part -> SliceAveraging.average(cut.slices().get(part._1()), decoded(part._2())))
                    .collect());
        }
        if (precision == Precision.SETTLING) {
            forgetDebts();
        } else {
            debts = parts;
            roundsInDebt++;
        }
        nextRound = order.round() + 1;
        return new Averaged(sum(start.value(), moved.state()), moved.reports(), moved.bytes());
    }

    /** What a worker's task does. */
    private record Work(
            Broadcast<TrainingPlan> plan,
            SlicePlan slices,
            ErrorFeedback feedback,
            RoundOrder order,
            Broadcast<TrainingState> start,
            Precision precision)
            implements Serializable {

        /** The worker's slices by their numbers, and under a number of its own what it owes from now on. */
        Iterator<Tuple2<Integer, EncodedPart>> trainAndEncode(int worker, EncodedPart debt) {
            ResidentWorker.Trained trained =
                    ResidentWorkers.with(plan.value(), worker, resident -> resident.train(order, start::value));
            float[][] before = start.value().vectors();
            float[][] now = trained.state().vectors();
            float[][] owed = debt == null ? null : debt.decode().vectors();
            long examples = trained.report().result().examples();
            List<List<EncodedVector>> encoded = slices.slices().stream()
                    .map(slice -> feedback.encode(slice, before, now, owed, precision))
                    .toList();
            long bytes = encoded.stream()
                    .flatMap(List::stream)
                    .mapToLong(EncodedVector::bytes)
                    .sum();
            List<Tuple2<Integer, EncodedPart>> parts = new ArrayList<>();
            for (Slice slice : slices.slices()) {
                List<WorkerReport> report =
                        slice.number() == 0 ? List.of(trained.report().sending(bytes)) : List.of();
                parts.add(new Tuple2<>(
                        slice.number(), new EncodedPart(worker, examples, encoded.get(slice.number()), report)));
            }
            if (precision == Precision.HALF) {
                List<EncodedVector> rest =
                        Stream.of(now).<EncodedVector>map(Singles::new).toList();
                parts.add(new Tuple2<>(parts.size() + worker, new EncodedPart(worker, 0, rest, List.of())));
            }
            return parts.iterator();
        }
    }

    private static List<SlicePart> decoded(Iterable<EncodedPart> parts) {
        List<SlicePart> decoded = new ArrayList<>();
        parts.forEach(part -> decoded.add(part.decode()));
        return decoded;
    }

    private static TrainingState sum(TrainingState start, TrainingState moved) {
        float[][] sum = moved.vectors();
        float[][] origin = start.vectors();
        for (int v = 0; v < sum.length; v++) {
            for (int i = 0; i < sum[v].length; i++) {
                sum[v][i] += origin[v][i];
            }
        }
        return TrainingState.ofVectors(sum);
    }

    private static JavaRDD<Tuple2<Integer, Iterable<EncodedPart>>> some(
            JavaPairRDD<Integer, Iterable<EncodedPart>> parts, AbstractFunction1<Object, Object> partitions) {
        return PartitionPruningRDD.create(parts.rdd(), partitions).toJavaRDD();
    }

    /** Partitions from one number to below another. */
    private static final class Range extends AbstractFunction1<Object, Object> implements Serializable {
        private static final long serialVersionUID = 1L;
        private final int start;
        private final int end;

        Range(int start, int end) {
            this.start = start;
            this.end = end;
        }

        @Override
        public Object apply(Object partition) {
            int number = (Integer) partition;
            return start <= number && number < end;
        }
    }

    private void forgetDebts() {
        debts = null;
        roundsInDebt = 0;
    }

    @Override
    public void retire(Broadcast<TrainingState> start) {
        kept.add(start);
        if (debts == null) {
            close();
        }
    }

    @Override
    public void close() {
        kept.forEach(Broadcast::destroy);
        kept.clear();
    }
}
