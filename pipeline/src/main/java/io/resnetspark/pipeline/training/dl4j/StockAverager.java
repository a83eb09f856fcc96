package io.resnetspark.pipeline.training.dl4j;

import io.resnetspark.model.FlatVector;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.checkpoint.TrainingPosition;
import io.resnetspark.model.checkpoint.TrainingSnapshot;
import io.resnetspark.model.error.DivergedException;
import io.resnetspark.model.training.ServerState;
import io.resnetspark.model.training.StepResult;
import io.resnetspark.model.training.TrainingState;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.averaging.Averager;
import io.resnetspark.pipeline.training.worker.EpochPlan;
import io.resnetspark.pipeline.training.worker.MinibatchLoader;
import io.resnetspark.pipeline.training.worker.ResidentShards;
import io.resnetspark.pipeline.training.worker.ResidentWorkers;
import io.resnetspark.pipeline.training.worker.TrainingPlan;
import io.resnetspark.pipeline.training.worker.ValidationPass;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.CollectionAccumulator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Training by dl4j-spark's own {@code ParameterAveragingTrainingMaster}, for comparison: our networks and images, its
 * averaging. What it loses is its own: optimiser state in every round, minibatches that do not fill its rounds, the advance
 * of schedules, the spread of batch-norm statistics between workers.
 */
public final class StockAverager implements Averager {

    private static final Logger LOG = LoggerFactory.getLogger(StockAverager.class);

    private final JavaSparkContext spark;
    private final TrainingPlan plan;
    private final TrainingState start;
    private final List<TrainingListener> listeners;
    private final CollectionAccumulator<StockStep> steps;
    private final Broadcast<TrainingPlan> planOnWorkers;
    private final JavaRDD<String> shards;
    private final SparkComputationGraph graph;
    private TrainingPosition position = TrainingPosition.START;
    private StepResult epochResult = StepResult.NONE;
    private long roundStart;

    public StockAverager(
            JavaSparkContext spark,
            TrainConfig config,
            TrainingPlan plan,
            TrainingState start,
            List<TrainingListener> listeners) {
        this.spark = spark;
        this.plan = plan;
        this.start = start;
        this.listeners = List.copyOf(listeners);
        this.steps = spark.sc().collectionAccumulator();
        this.planOnWorkers = spark.broadcast(plan);
        this.shards = ResidentShards.of(spark.sc(), plan.workers());
        ComputationGraphConfiguration configuration = ResNet.configuration(plan.spec(), config.seed());
        StockSettings.install(configuration, plan);
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        FlatVector.set(network.params(), start.parameters());
        StockStepHook hook = new StockStepHook(plan.compute().threads(), steps);
        this.graph = new SparkComputationGraph(spark, network, StockTrainingMaster.of(config, hook, this::roundDone));
        LOG.info(
                "dl4j-spark's own averaging: the learning rate stays at {}, momentum does not outlast a round",
                plan.learningRate(0, 0));
    }

    @Override
    public void trainEpoch() {
        epochResult = StepResult.NONE;
        EpochPlan epoch = plan.epochPlan(position.epoch());
        List<String> minibatches = new ArrayList<>();
        for (int step = 0; step < epoch.steps(); step++) {
            for (int worker = 0; worker < plan.workers(); worker++) {
                if (epoch.batch(step, worker).length > 0) {
                    minibatches.add(MinibatchLoader.name(position.epoch(), step, worker));
                }
            }
        }
        roundStart = System.nanoTime();
        graph.fitPaths(spark.parallelize(minibatches, plan.workers()), new MinibatchLoader(planOnWorkers));
        position = new TrainingPosition(
                position.round(), position.epoch() + 1, 0, position.globalStep(), position.examples());
    }

    private void roundDone() {
        double seconds = (System.nanoTime() - roundStart) / 1e9;
        List<StockStep> trained = new ArrayList<>(steps.value());
        steps.reset();
        StepResult result = trained.stream().map(StockStep::result).reduce(StepResult.NONE, StepResult::plus);
        if (trained.isEmpty()) {
            return; // a round of which dl4j-spark gave no worker a minibatch
        }
        if (!Double.isFinite(result.loss())) {
            throw new DivergedException("The loss became %s in round %d. Lower learning-rate"
                    .formatted(result.loss(), position.round() + 1));
        }
        Map<Integer, Long> nanos = new HashMap<>();
        Map<Integer, Integer> counts = new HashMap<>();
        trained.forEach(step -> {
            nanos.merge(step.partition(), step.nanos(), Long::sum);
            counts.merge(step.partition(), 1, Integer::sum);
        });
        int longest = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        double trainSeconds =
                nanos.values().stream().mapToLong(Long::longValue).max().orElse(0) / 1e9;
        epochResult = epochResult.plus(result);
        position = new TrainingPosition(
                position.round() + 1,
                position.epoch(),
                position.stepInEpoch() + longest,
                position.globalStep() + longest,
                position.examples() + result.examples());
        RoundMetrics metrics = new RoundMetrics(
                position.round(),
                position.epoch(),
                position.globalStep(),
                position.epoch() + Math.min(1, (double) position.stepInEpoch() / plan.stepsPerEpoch()),
                new RoundMetrics.Learning(result.examples(), result.loss(), result.accuracy(), plan.learningRate(0, 0)),
                new RoundMetrics.Times(
                        result.examples() / seconds, seconds, trainSeconds, 0, 0, Math.max(0, seconds - trainSeconds)),
                new RoundMetrics.Traffic(0, 0)); // dl4j-spark does not say
        listeners.forEach(listener -> listener.roundDone(metrics));
        roundStart = System.nanoTime();
    }

    @Override
    public StepResult epochResult() {
        return epochResult;
    }

    @Override
    public StepResult validate() {
        return validate(FlatVector.copyOf(graph.getNetwork().params()));
    }

    @Override
    public StepResult validate(float[] parameters) {
        return new ValidationPass(shards, planOnWorkers).of(spark.broadcast(parameters));
    }

    /** With optimiser state as it is at the beginning of every round: untouched. */
    @Override
    public TrainingSnapshot snapshot() {
        TrainingState state =
                new TrainingState(FlatVector.copyOf(graph.getNetwork().params()), start.optimizer());
        return new TrainingSnapshot(state, ServerState.NONE, position);
    }

    @Override
    public TrainingPosition position() {
        return position;
    }

    @Override
    public void release() {
        String runId = plan.runId();
        shards.foreach(shard -> ResidentWorkers.release(runId));
        planOnWorkers.destroy();
        ResNet.close(graph.getNetwork());
    }
}
