package io.resnetspark.pipeline.training.dl4j;

import io.resnetspark.model.ResNet;
import io.resnetspark.model.kernel.ComputeThreads;
import io.resnetspark.model.layer.ClassificationLoss;
import io.resnetspark.model.training.StepResult;
import org.apache.spark.TaskContext;
import org.apache.spark.util.CollectionAccumulator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.api.TrainingHook;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** Tells the driver of every minibatch that a worker of the stock master trains; the master itself does not count them. */
public final class StockStepHook implements TrainingHook {

    private static final long serialVersionUID = 1L;

    private final int threads;
    private final CollectionAccumulator<StockStep> steps;
    private transient long begin;

    /** @param threads compute threads of a worker */
    StockStepHook(int threads, CollectionAccumulator<StockStep> steps) {
        this.threads = threads;
        this.steps = steps;
    }

    @Override
    public void preUpdate(MultiDataSet minibatch, Model model) {
        ComputeThreads.use(threads);
        begin = System.nanoTime();
    }

    @Override
    public void postUpdate(MultiDataSet minibatch, Model model) {
        long nanos = System.nanoTime() - begin;
        ClassificationLoss loss = (ClassificationLoss) ((ComputationGraph) model).getLayer(ResNet.LOSS);
        long examples = minibatch.getFeatures(0).size(0);
        StepResult result = new StepResult(examples, loss.lossSum(), loss.correct());
        steps.add(new StockStep(TaskContext.getPartitionId(), result, nanos));
    }

    @Override
    public void preUpdate(DataSet minibatch, Model model) {
        throw new UnsupportedOperationException("Graphs are trained on MultiDataSets");
    }

    @Override
    public void postUpdate(DataSet minibatch, Model model) {
        throw new UnsupportedOperationException("Graphs are trained on MultiDataSets");
    }
}
