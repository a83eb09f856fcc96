package io.resnetspark.pipeline.training.dl4j;

import io.resnetspark.model.training.StepResult;
import io.resnetspark.model.training.Trainer;
import io.resnetspark.model.training.TrainingState;
import io.resnetspark.pipeline.training.worker.RoundOrder;
import io.resnetspark.pipeline.training.worker.TrainingPlan;
import java.util.concurrent.atomic.AtomicLong;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingWorker;
import org.deeplearning4j.spark.api.WorkerConfiguration;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * A worker of dl4j-spark's interface, for programs that feed it their own {@link DataSet}s: images {@code [N, H, W, C]} (or
 * features, where the head is trained alone on cached ones), labels {@code [N, classes]}. It trains the same steps as the workers that read a dataset themselves.
 */
public final class AveragingWorker implements TrainingWorker<AveragingResult> {

    private static final long serialVersionUID = 1L;
    private static final AtomicLong INSTANCES = new AtomicLong();

    private final TrainingPlan plan;
    private final TrainingState initial;
    private final RoundOrder order;
    private final long instance = INSTANCES.getAndIncrement();
    private transient Trainer trainer;
    private transient StepResult result;
    private transient int steps;

    AveragingWorker(TrainingPlan plan, TrainingState initial, RoundOrder order) {
        this.plan = plan;
        this.initial = initial;
        this.order = order;
    }

    @Override
    public ComputationGraph getInitialModelGraph() {
        trainer = plan.trainer();
        trainer.restore(initial);
        result = StepResult.NONE;
        steps = 0;
        return trainer.network();
    }

    @Override
    public AveragingResult processMinibatch(DataSet minibatch, ComputationGraph network, boolean isLast) {
        requireOwn(network);
        double rate = plan.learningRate(order.epoch(), order.firstStep() + steps);
        result = result.plus(
                trainer.step(minibatch.getFeatures(), minibatch.getLabels(), rate, order.globalStep() + steps));
        steps++;
        return isLast ? getFinalResult(network) : null;
    }

    @Override
    public AveragingResult getFinalResult(ComputationGraph network) {
        requireOwn(network);
        try (Trainer finished = trainer) { // what it holds outside the Java heap is freed at once
            trainer = null;
            return new AveragingResult(finished.state(), result);
        }
    }

    /** A worker without data has weight 0 in the average. */
    @Override
    public AveragingResult getFinalResultNoData() {
        return new AveragingResult(initial, StepResult.NONE);
    }

    @SuppressWarnings("ReferenceEquality") // this very network
    private void requireOwn(ComputationGraph network) {
        if (trainer == null || network != trainer.network()) {
            throw new IllegalArgumentException("Ask this worker for its network first: getInitialModelGraph()");
        }
    }

    @Override
    public Pair<AveragingResult, SparkTrainingStats> processMinibatchWithStats(
            DataSet minibatch, ComputationGraph network, boolean isLast) {
        return new Pair<>(processMinibatch(minibatch, network, isLast), null);
    }

    @Override
    public Pair<AveragingResult, SparkTrainingStats> getFinalResultWithStats(ComputationGraph network) {
        return new Pair<>(getFinalResult(network), null);
    }

    @Override
    public Pair<AveragingResult, SparkTrainingStats> getFinalResultNoDataWithStats() {
        return new Pair<>(getFinalResultNoData(), null);
    }

    @Override
    public WorkerConfiguration getDataConfiguration() {
        return new WorkerConfiguration(true, 0, plan.optimization().batchSize(), order.steps(), 2, false);
    }

    @Override
    public long getInstanceId() {
        return instance;
    }

    @Override
    public void addHook(TrainingHook hook) {
        throw onlyGraphs("training hooks");
    }

    @Override
    public void removeHook(TrainingHook hook) {
        throw onlyGraphs("training hooks");
    }

    @Override
    public MultiLayerNetwork getInitialModel() {
        throw onlyGraphs("MultiLayerNetwork");
    }

    @Override
    public AveragingResult processMinibatch(DataSet minibatch, MultiLayerNetwork network, boolean isLast) {
        throw onlyGraphs("MultiLayerNetwork");
    }

    @Override
    public AveragingResult processMinibatch(MultiDataSet minibatch, ComputationGraph network, boolean isLast) {
        throw onlyGraphs("MultiDataSet");
    }

    @Override
    public Pair<AveragingResult, SparkTrainingStats> processMinibatchWithStats(
            DataSet minibatch, MultiLayerNetwork network, boolean isLast) {
        throw onlyGraphs("MultiLayerNetwork");
    }

    @Override
    public Pair<AveragingResult, SparkTrainingStats> processMinibatchWithStats(
            MultiDataSet minibatch, ComputationGraph network, boolean isLast) {
        throw onlyGraphs("MultiDataSet");
    }

    @Override
    public AveragingResult getFinalResult(MultiLayerNetwork network) {
        throw onlyGraphs("MultiLayerNetwork");
    }

    @Override
    public Pair<AveragingResult, SparkTrainingStats> getFinalResultWithStats(MultiLayerNetwork network) {
        throw onlyGraphs("MultiLayerNetwork");
    }

    private static UnsupportedOperationException onlyGraphs(String what) {
        return new UnsupportedOperationException(
                what + " is not supported: residual networks are ComputationGraphs of one input and one output");
    }
}
