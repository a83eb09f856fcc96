package io.resnetspark.pipeline.training;

import io.resnetspark.model.FlatVector;
import io.resnetspark.model.checkpoint.TrainingPosition;
import io.resnetspark.model.error.DivergedException;
import io.resnetspark.model.training.StepResult;
import io.resnetspark.model.training.TrainingState;
import io.resnetspark.pipeline.training.SlicePlan.Slice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToLongFunction;
import org.apache.spark.HashPartitioner;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import scala.Tuple2;

/**
 * Parameter averaging for {@link SparkComputationGraph}: {@link SparkComputationGraph#fitPaths} with this training's
 * {@linkplain #shards shards} trains one epoch.
 *
 * <p>A round is one Spark job of two stages. In the first, every worker installs the broadcast state, trains its
 * minibatches and cuts its new state into slices; in the second, each slice is averaged. The driver moves one state in and
 * one out, whatever the number of workers.
 *
 * <p>Unlike the stock {@code ParameterAveragingTrainingMaster} it keeps optimiser state, advances schedules, uses every
 * image of an epoch exactly once, weights workers by what they trained and pools batch-norm statistics.
 */
final class AveragingTrainingMaster implements TrainingMaster<AveragingResult, AveragingWorker> {

    private final JavaSparkContext spark;
    private final TrainingPlan plan;
    private final int averagingFrequency;
    private final SlicePlan slices;
    private final Broadcast<TrainingPlan> planOnWorkers;
    private final List<TrainingListener> listeners;
    private Broadcast<TrainingState> stateOnWorkers;
    private TrainingState state;
    private JavaRDD<String> shards;
    private TrainingPosition position;
    private StepResult epochResult = StepResult.NONE;

    AveragingTrainingMaster(
            JavaSparkContext spark,
            TrainingPlan plan,
            int averagingFrequency,
            SlicePlan slices,
            TrainingState state,
            TrainingPosition position,
            List<TrainingListener> listeners) {
        this.spark = spark;
        this.plan = plan;
        this.averagingFrequency = averagingFrequency;
        this.slices = slices;
        this.planOnWorkers = spark.broadcast(plan);
        this.listeners = List.copyOf(listeners);
        this.position = position;
        install(state);
    }

    private void install(TrainingState newState) {
        if (stateOnWorkers != null) {
            stateOnWorkers.destroy();
        }
        state = newState;
        stateOnWorkers = spark.broadcast(newState);
    }

    TrainingState state() {
        return state;
    }

    TrainingPosition position() {
        return position;
    }

    /** What the finished epoch's minibatches saw. */
    StepResult epochResult() {
        return epochResult;
    }

    /** One name per worker, in as many partitions; those of workers that are resident prefer to stay where they are. */
    JavaRDD<String> shards() {
        if (shards == null) {
            shards = ResidentShards.of(spark.sc(), plan.workers());
        }
        return shards;
    }

    /** Trains what is left of the current epoch. */
    @Override
    public void executeTrainingPaths(
            SparkDl4jMultiLayer noLayers,
            SparkComputationGraph graph,
            JavaRDD<String> shards,
            DataSetLoader loader,
            MultiDataSetLoader multiLoader) {
        if (graph == null) {
            throw onlyGraphs("MultiLayerNetwork");
        }
        epochResult = StepResult.NONE;
        int steps = plan.stepsPerEpoch();
        while (position.stepInEpoch() < steps) {
            int count = Math.min(averagingFrequency, steps - position.stepInEpoch());
            StepResult result = trainRound(shards, count);
            graph.setScore(result.loss());
        }
        FlatVector.set(graph.getNetwork().params(), state.parameters());
        position = new TrainingPosition(
                position.round(), position.epoch() + 1, 0, position.globalStep(), position.examples());
    }

    private StepResult trainRound(JavaRDD<String> shards, int steps) {
        long start = System.nanoTime();
        RoundOrder order = new RoundOrder(
                position.round(), position.epoch(), position.stepInEpoch(), steps, position.globalStep());
        spark.setJobDescription("round %d: train, average".formatted(order.round() + 1));
        List<AveragedSlice> averaged = plan.workers() == 1 ? trainAlone(shards, order) : trainAndReduce(shards, order);

        List<WorkerReport> reports = averaged.get(0).reports();
        StepResult result = reports.stream().map(WorkerReport::result).reduce(StepResult.NONE, StepResult::plus);
        if (!Double.isFinite(result.loss())) {
            throw new DivergedException(
                    ("The loss became %s in round %d (epoch %d, learning rate %.3g); the state before this round is kept."
                                    + " Lower learning-rate, add warm-up or set clip-norm")
                            .formatted(
                                    result.loss(),
                                    order.round() + 1,
                                    order.epoch() + 1,
                                    plan.learningRate(order.epoch(), order.firstStep())));
        }
        install(assemble(averaged));
        epochResult = epochResult.plus(result);
        position = new TrainingPosition(
                order.round() + 1,
                order.epoch(),
                order.firstStep() + steps,
                order.globalStep() + steps,
                position.examples() + result.examples());
        RoundMetrics metrics = metrics(order, result, reports, (System.nanoTime() - start) / 1e9);
        listeners.forEach(listener -> listener.roundDone(metrics));
        return result;
    }

    /** With one worker there is nothing to average, and no shuffle. */
    private List<AveragedSlice> trainAlone(JavaRDD<String> shards, RoundOrder order) {
        Broadcast<TrainingPlan> sharedPlan = planOnWorkers;
        Broadcast<TrainingState> sharedState = stateOnWorkers;
        return shards.map(shard -> ResidentWorkers.with(sharedPlan.value(), 0, worker -> {
                    ResidentWorker.Trained trained = worker.train(order, sharedState::value);
                    float[][] vectors = vectors(trained.state());
                    return new AveragedSlice(0, vectors, List.of(trained.report()));
                }))
                .collect();
    }

    private List<AveragedSlice> trainAndReduce(JavaRDD<String> shards, RoundOrder order) {
        Broadcast<TrainingPlan> sharedPlan = planOnWorkers;
        Broadcast<TrainingState> sharedState = stateOnWorkers;
        SlicePlan cut = slices;
        List<AveragedSlice> averaged = new ArrayList<>(shards.mapPartitionsWithIndex(
                        (number, names) -> {
                            if (!names.hasNext()) {
                                throw new IllegalStateException("Worker %d has no shard".formatted(number));
                            }
                            return trainAndCut(sharedPlan.value(), number, order, sharedState, cut);
                        },
                        true)
                .mapToPair(part -> part)
                .groupByKey(new HashPartitioner(cut.slices().size()))
                .map(slice -> SliceAveraging.average(cut.slices().get(slice._1()), slice._2()))
                .collect());
        averaged.sort(java.util.Comparator.comparingInt(AveragedSlice::number));
        return averaged;
    }

    private static Iterator<Tuple2<Integer, SlicePart>> trainAndCut(
            TrainingPlan plan, int number, RoundOrder order, Broadcast<TrainingState> state, SlicePlan cut) {
        ResidentWorker.Trained trained =
                ResidentWorkers.with(plan, number, worker -> worker.train(order, state::value));
        float[][] vectors = vectors(trained.state());
        List<Tuple2<Integer, SlicePart>> parts = new ArrayList<>();
        for (Slice slice : cut.slices()) {
            float[][] part = new float[vectors.length][];
            for (int i = 0; i < vectors.length; i++) {
                part[i] = java.util.Arrays.copyOfRange(vectors[i], slice.start(), slice.end());
            }
            List<WorkerReport> report = slice.number() == 0 ? List.of(trained.report()) : List.of();
            parts.add(new Tuple2<>(
                    slice.number(),
                    new SlicePart(number, trained.report().result().examples(), part, new ArrayList<>(report))));
        }
        return parts.iterator();
    }

    /** The parameters, then the optimiser's vectors. */
    private static float[][] vectors(TrainingState state) {
        float[][] vectors = new float[1 + state.optimizer().length][];
        vectors[0] = state.parameters();
        System.arraycopy(state.optimizer(), 0, vectors, 1, state.optimizer().length);
        return vectors;
    }

    private TrainingState assemble(List<AveragedSlice> averaged) {
        int length = state.parameters().length;
        float[][] whole = new float[1 + state.optimizer().length][length];
        int offset = 0;
        for (AveragedSlice slice : averaged) {
            for (int i = 0; i < whole.length; i++) {
                System.arraycopy(slice.vectors()[i], 0, whole[i], offset, slice.vectors()[i].length);
            }
            offset += slice.vectors()[0].length;
        }
        return new TrainingState(whole[0], java.util.Arrays.copyOfRange(whole, 1, whole.length));
    }

    private RoundMetrics metrics(RoundOrder order, StepResult result, List<WorkerReport> reports, double seconds) {
        double train = longest(reports, WorkerReport::trainNanos);
        double install = longest(reports, WorkerReport::installNanos);
        int lastStep = order.firstStep() + order.steps() - 1;
        return new RoundMetrics(
                position.round(),
                order.epoch(),
                position.globalStep(),
                order.epoch() + (double) (lastStep + 1) / plan.stepsPerEpoch(),
                result.examples(),
                result.loss(),
                result.accuracy(),
                plan.learningRate(order.epoch(), lastStep),
                result.examples() / seconds,
                seconds,
                train,
                longest(reports, WorkerReport::inputWaitNanos),
                install,
                Math.max(0, seconds - train - install));
    }

    private static double longest(List<WorkerReport> reports, ToLongFunction<WorkerReport> nanos) {
        return reports.stream().mapToLong(nanos).max().orElse(0) / 1e9;
    }

    /** Loss and accuracy of the current state on the validation split, each worker taking its share. */
    StepResult validate() {
        Broadcast<TrainingPlan> sharedPlan = planOnWorkers;
        Broadcast<TrainingState> sharedState = stateOnWorkers;
        spark.setJobDescription("epoch %d: validate".formatted(position.epoch()));
        List<StepResult> shares = shards().mapPartitionsWithIndex(
                        (number, names) -> java.util.Collections.singletonList(ResidentWorkers.with(
                                        sharedPlan.value(), number, worker -> worker.validate(sharedState::value)))
                                .iterator(),
                        true)
                .collect();
        return shares.stream().reduce(StepResult.NONE, StepResult::plus);
    }

    /** Frees what executors keep for this training, as far as idle ones can be reached. */
    void release() {
        String runId = plan.runId();
        spark.setJobDescription("release workers");
        shards().foreach(shard -> ResidentWorkers.release(runId));
        stateOnWorkers.destroy();
        planOnWorkers.destroy();
    }

    @Override
    public AveragingWorker getWorkerInstance(SparkComputationGraph graph) {
        return new AveragingWorker(
                plan,
                state,
                new RoundOrder(
                        position.round(),
                        position.epoch(),
                        position.stepInEpoch(),
                        averagingFrequency,
                        position.globalStep()));
    }

    @Override
    public AveragingWorker getWorkerInstance(SparkDl4jMultiLayer network) {
        throw onlyGraphs("MultiLayerNetwork");
    }

    @Override
    public void executeTraining(SparkDl4jMultiLayer network, JavaRDD<DataSet> data) {
        throw onlyGraphs("MultiLayerNetwork");
    }

    @Override
    public void executeTraining(SparkComputationGraph graph, JavaRDD<DataSet> data) {
        throw onlyGraphs("An RDD of DataSets: prepare a dataset and use fitPaths with shards()");
    }

    @Override
    public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> data) {
        throw onlyGraphs("MultiDataSet");
    }

    private static UnsupportedOperationException onlyGraphs(String what) {
        return new UnsupportedOperationException(
                what + " is not supported: residual networks are ComputationGraphs trained on a prepared dataset");
    }

    @Override
    public void setCollectTrainingStats(boolean collect) {
        // every round's metrics hold the timings
    }

    @Override
    public boolean getIsCollectTrainingStats() {
        return false;
    }

    @Override
    public SparkTrainingStats getTrainingStats() {
        return null;
    }

    @Override
    public void setListeners(Collection<org.deeplearning4j.optimize.api.TrainingListener> dl4jListeners) {
        throw onlyGraphs("A DL4J listener");
    }

    @Override
    public void setListeners(
            StatsStorageRouter router, Collection<org.deeplearning4j.optimize.api.TrainingListener> dl4jListeners) {
        throw onlyGraphs("A DL4J listener");
    }

    @Override
    public void addHook(TrainingHook hook) {
        throw onlyGraphs("A training hook");
    }

    @Override
    public void removeHook(TrainingHook hook) {
        throw onlyGraphs("A training hook");
    }

    @Override
    public boolean deleteTempFiles(JavaSparkContext context) {
        return true; // there are none
    }

    @Override
    public boolean deleteTempFiles(SparkContext context) {
        return true; // there are none
    }

    @Override
    public String toJson() {
        return "{\"averaging_frequency\": %d, \"workers\": %d}".formatted(averagingFrequency, plan.workers());
    }

    @Override
    public String toYaml() {
        return "averaging_frequency: %d%nworkers: %d%n".formatted(averagingFrequency, plan.workers());
    }
}
