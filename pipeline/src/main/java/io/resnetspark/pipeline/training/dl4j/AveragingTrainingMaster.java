package io.resnetspark.pipeline.training.dl4j;

import io.resnetspark.model.FlatVector;
import io.resnetspark.model.checkpoint.TrainingPosition;
import io.resnetspark.model.checkpoint.TrainingSnapshot;
import io.resnetspark.model.training.ServerState;
import io.resnetspark.model.training.StepResult;
import io.resnetspark.model.training.TrainingState;
import io.resnetspark.pipeline.training.AveragingConfig;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.averaging.AveragingRhythm;
import io.resnetspark.pipeline.training.averaging.DivergenceWatch;
import io.resnetspark.pipeline.training.averaging.RoundDivergedException;
import io.resnetspark.pipeline.training.averaging.RoundJob;
import io.resnetspark.pipeline.training.averaging.ServerUpdate;
import io.resnetspark.pipeline.training.averaging.SlicePlan;
import io.resnetspark.pipeline.training.worker.ResidentShards;
import io.resnetspark.pipeline.training.worker.ResidentWorkers;
import io.resnetspark.pipeline.training.worker.RoundOrder;
import io.resnetspark.pipeline.training.worker.TrainingPlan;
import io.resnetspark.pipeline.training.worker.ValidationPass;
import io.resnetspark.pipeline.training.worker.WorkerReport;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;

/**
 * Parameter averaging for {@link SparkComputationGraph}: {@link SparkComputationGraph#fitPaths} with this training's
 * {@linkplain #shards shards} trains one epoch.
 *
 * <p>A round is a {@link RoundJob}, which averages what workers trained from a broadcast state, and a {@link ServerUpdate} of
 * that average. The driver moves one state in and one out, whatever the number of workers.
 *
 * <p>Unlike the stock {@code ParameterAveragingTrainingMaster} it keeps optimiser state, advances schedules, uses every
 * image of an epoch exactly once, weights workers by what they trained and pools batch-norm statistics.
 */
public final class AveragingTrainingMaster extends ShardsOnlyTrainingMaster {

    private final JavaSparkContext spark;
    private final TrainingPlan plan;
    private final AveragingRhythm rhythm;
    private final ServerUpdate update;
    private final Broadcast<TrainingPlan> planOnWorkers;
    private final JavaRDD<String> shards;
    private final RoundJob round;
    private final ValidationPass validation;
    private final List<TrainingListener> listeners;
    private final DivergenceWatch watch;
    private Broadcast<TrainingState> stateOnWorkers;
    private TrainingState state;
    private ServerState server;
    private TrainingPosition position;
    private StepResult epochResult = StepResult.NONE;

    /**
     * @param rhythm when workers are averaged
     * @param update what becomes of the average
     * @param transfer how workers send what they trained
     * @param start where the training begins or goes on
     */
    public AveragingTrainingMaster(
            JavaSparkContext spark,
            TrainingPlan plan,
            AveragingRhythm rhythm,
            ServerUpdate update,
            AveragingConfig.Transfer transfer,
            TrainingSnapshot start,
            List<TrainingListener> listeners,
            DivergenceWatch watch) {
        this.spark = spark;
        this.plan = plan;
        this.rhythm = rhythm;
        this.update = update;
        this.planOnWorkers = spark.broadcast(plan);
        this.shards = ResidentShards.of(spark.sc(), plan.workers());
        this.validation = new ValidationPass(shards, planOnWorkers);
        this.round = RoundJob.of(planOnWorkers, SlicePlan.of(update.layout(), plan.workers()), transfer);
        this.listeners = List.copyOf(listeners);
        this.watch = watch;
        this.server = start.server();
        this.position = start.position();
        install(start.state());
    }

    private void install(TrainingState newState) {
        if (stateOnWorkers != null) {
            round.retire(stateOnWorkers);
        }
        state = newState;
        stateOnWorkers = spark.broadcast(newState);
    }

    /** Where the training stands. */
    TrainingSnapshot snapshot() {
        return new TrainingSnapshot(state, server, position);
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
            StepResult result =
                    trainRound(shards, rhythm.stepsOfRound(position.epoch(), position.stepInEpoch(), steps));
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
        RoundJob.Averaged averaged = round.run(shards, order, stateOnWorkers);
        StepResult result =
                averaged.reports().stream().map(WorkerReport::result).reduce(StepResult.NONE, StepResult::plus);
        watch.judge(result.loss(), averaged.state()).ifPresent(reason -> {
            double rate = plan.learningRate(order.epoch(), order.firstStep());
            throw new RoundDivergedException(
                    order.round() + 1, order.epoch() + 1, "%s at learning rate %.3g".formatted(reason, rate));
        });
        ServerUpdate.Updated updated =
                update.apply(state, averaged.state(), server, learningRate(order), steps, order.globalStep() + steps);
        install(updated.state());
        server = updated.server();
        epochResult = epochResult.plus(result);
        position = new TrainingPosition(
                order.round() + 1,
                order.epoch(),
                order.firstStep() + steps,
                order.globalStep() + steps,
                position.examples() + result.examples());
        RoundMetrics metrics = metrics(order, result, averaged, (System.nanoTime() - start) / 1e9);
        listeners.forEach(listener -> listener.roundDone(metrics));
        return result;
    }

    /** Mean over the round's steps. */
    private double learningRate(RoundOrder order) {
        return IntStream.range(order.firstStep(), order.firstStep() + order.steps())
                .mapToDouble(step -> plan.learningRate(order.epoch(), step))
                .average()
                .orElseThrow();
    }

    private RoundMetrics metrics(RoundOrder order, StepResult result, RoundJob.Averaged averaged, double seconds) {
        List<WorkerReport> reports = averaged.reports();
        double train = longest(reports, WorkerReport::trainNanos);
        double install = longest(reports, WorkerReport::installNanos);
        int lastStep = order.firstStep() + order.steps() - 1;
        return new RoundMetrics(
                position.round(),
                order.epoch(),
                position.globalStep(),
                order.epoch() + (double) (lastStep + 1) / plan.stepsPerEpoch(),
                new RoundMetrics.Learning(
                        result.examples(),
                        result.loss(),
                        result.accuracy(),
                        plan.learningRate(order.epoch(), lastStep)),
                new RoundMetrics.Times(
                        result.examples() / seconds,
                        seconds,
                        train,
                        longest(reports, WorkerReport::inputWaitNanos),
                        install,
                        Math.max(0, seconds - train - install)),
                new RoundMetrics.Traffic(
                        reports.stream()
                                .mapToLong(WorkerReport::sentBytes)
                                .max()
                                .orElse(0),
                        averaged.driverBytes() + state.bytes()));
    }

    private static double longest(List<WorkerReport> reports, ToLongFunction<WorkerReport> nanos) {
        return reports.stream().mapToLong(nanos).max().orElse(0) / 1e9;
    }

    /** Loss and accuracy of the model, as it is to be used, on the validation split; each worker takes its share. */
    StepResult validate() {
        spark.setJobDescription("epoch %d: validate".formatted(position.epoch()));
        if (server.movingAverage().isEmpty()) {
            Broadcast<TrainingState> sharedState = stateOnWorkers;
            return validation.of(() -> sharedState.value().parameters());
        }
        return validate(snapshot().model());
    }

    /** Loss and accuracy of the network with these parameters. */
    StepResult validate(float[] parameters) {
        return validation.of(spark.broadcast(parameters));
    }

    /** Frees what executors keep for this training, as far as idle ones can be reached. */
    void release() {
        String runId = plan.runId();
        spark.setJobDescription("release workers");
        shards.foreach(shard -> ResidentWorkers.release(runId));
        round.retire(stateOnWorkers);
        round.close();
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
                        rhythm.stepsOfRound(position.epoch(), position.stepInEpoch(), plan.stepsPerEpoch()),
                        position.globalStep()));
    }

    @Override
    public String toJson() {
        return "{\"averaging_frequency\": %d, \"workers\": %d}".formatted(rhythm.frequency(), plan.workers());
    }

    @Override
    public String toYaml() {
        return "averaging_frequency: %d%nworkers: %d%n".formatted(rhythm.frequency(), plan.workers());
    }
}
