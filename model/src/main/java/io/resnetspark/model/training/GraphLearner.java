package io.resnetspark.model.training;

import io.resnetspark.model.FlatVector;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.layer.ClassificationLoss;
import io.resnetspark.model.optim.Optimizer;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.RateFactors;
import io.resnetspark.model.program.BatchLoss;
import io.resnetspark.model.program.ImageSamples;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** DL4J runs the graph layer by layer, on the network's own arrays. */
final class GraphLearner implements Learner {

    private final ComputationGraph network;
    private final Optimizer optimizer;
    private final FloatBuffer parameters;
    private final FloatBuffer gradients;

    GraphLearner(ComputationGraph network, ParameterLayout layout, OptimizerConfig config) {
        this.network = network;
        this.optimizer = config.create(layout);
        network.initGradientsView();
        this.parameters = FlatVector.view(network.params());
        this.gradients = FlatVector.view(network.getFlattenedGradients());
    }

    @Override
    public Supplier<BatchLoss> computeGradient(INDArray images, INDArray labels) {
        network.setInputs(images);
        network.setLabels(labels);
        network.computeGradientAndScore();
        FlatVector.fetch(network.getFlattenedGradients());
        ClassificationLoss layer = (ClassificationLoss) network.getLayer(ResNet.LOSS);
        BatchLoss loss = new BatchLoss(layer.lossSum(), layer.correct());
        return () -> loss;
    }

    @Override
    public boolean readSamples(ImageSamples samples) {
        return false;
    }

    @Override
    public double gradientSquares(List<ParameterLayout.Segment> counted) {
        double squares = 0;
        for (ParameterLayout.Segment segment : counted) {
            for (int i = segment.offset(); i < segment.end(); i++) {
                double value = gradients.get(i);
                squares += value * value;
            }
        }
        return squares;
    }

    @Override
    public void update(float gradientScale, float learningRate, long globalStep) {
        FlatVector.fetch(network.params());
        optimizer.step(parameters, gradients, gradientScale, learningRate, globalStep);
        FlatVector.changed(network.params());
    }

    @Override
    public void useRates(RateFactors factors) {
        optimizer.useRates(factors);
    }

    @Override
    public void layersFroze() {
        BackwardPass.stopAtLowestTrained(network);
    }

    @Override
    public INDArray probabilities(INDArray images) {
        return network.outputSingle(images);
    }

    @Override
    public TrainingState state() {
        FlatVector.fetch(network.params());
        float[] copy = new float[parameters.capacity()];
        parameters.get(0, copy);
        float[][] vectors = optimizer.state();
        float[][] optimizerCopy = new float[vectors.length][];
        for (int i = 0; i < vectors.length; i++) {
            optimizerCopy[i] = vectors[i].clone();
        }
        return new TrainingState(copy, optimizerCopy);
    }

    @Override
    public void restore(TrainingState state) {
        useParameters(state.parameters());
        for (int i = 0; i < state.optimizer().length; i++) {
            System.arraycopy(state.optimizer()[i], 0, optimizer.state()[i], 0, state.optimizer()[i].length);
        }
    }

    @Override
    public int stateVectors() {
        return optimizer.state().length;
    }

    @Override
    public void useParameters(float[] newParameters) {
        parameters.put(0, newParameters);
        FlatVector.changed(network.params());
    }

    @Override
    public void close() {
        // everything here is the network's or Java's
    }
}
