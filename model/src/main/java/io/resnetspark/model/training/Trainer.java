package io.resnetspark.model.training;

import io.resnetspark.model.FlatVector;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.layer.ClassificationLoss;
import io.resnetspark.model.layer.Freezable;
import io.resnetspark.model.optim.Optimizer;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.RateFactors;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network with its optimiser: forward, backward and update of one minibatch at a time. Owned by one thread. */
public final class Trainer {

    /** No clipping. */
    public static final double NO_CLIPPING = Double.POSITIVE_INFINITY;

    private final ComputationGraph network;
    private final ParameterLayout layout;
    private final Optimizer optimizer;
    private final double clipNorm;
    private final float headFactor;
    private final FloatBuffer parameters;
    private final FloatBuffer gradients;
    private Set<String> frozen = Set.of();

    /** The head learns at the rate of the others. */
    public Trainer(ComputationGraph network, OptimizerConfig config, double clipNorm) {
        this(network, config, clipNorm, 1);
    }

    /**
     * @param clipNorm largest L2 norm of the mean gradient; longer ones are scaled down to it
     * @param headFactor factor on the learning rate of the head, positive
     */
    public Trainer(ComputationGraph network, OptimizerConfig config, double clipNorm, double headFactor) {
        this.network = network;
        this.layout = ParameterLayout.of(network);
        this.optimizer = config.create(layout);
        this.clipNorm = clipNorm;
        this.headFactor = (float) headFactor;
        optimizer.useRates(this::rateFactor);
        network.initGradientsView();
        this.parameters = FlatVector.view(network.params());
        this.gradients = FlatVector.view(network.getFlattenedGradients());
    }

    /** A trainer of a new network; its parameters are to be set from a {@link TrainingState}. */
    public static Trainer create(ResNetSpec spec, long seed, OptimizerConfig config, double clipNorm) {
        return new Trainer(ResNet.create(spec, seed), config, clipNorm);
    }

    public ComputationGraph network() {
        return network;
    }

    public ParameterLayout layout() {
        return layout;
    }

    /**
     * Trains one minibatch. Layers that are {@link Freezable#frozen} keep their parameters.
     *
     * @param images {@code [N, H, W, C]}, normalised
     * @param labels {@code [N, classes]}, one-hot or soft
     * @param learningRate at least 0
     * @param globalStep steps done before, over the whole training
     */
    public StepResult step(INDArray images, INDArray labels, double learningRate, long globalStep) {
        keepFrozenLayers();
        int examples = Math.toIntExact(images.size(0));
        network.setInputs(images);
        network.setLabels(labels);
        network.computeGradientAndScore();
        ClassificationLoss loss = (ClassificationLoss) network.getLayer(ResNet.LOSS);
        StepResult result = new StepResult(examples, loss.lossSum(), loss.correct());
        FlatVector.fetch(network.getFlattenedGradients());
        FlatVector.fetch(network.params());
        float scale = 1f / examples;
        if (clipNorm != NO_CLIPPING) {
            scale *= (float) Math.min(1, clipNorm / (norm(gradients) / examples));
        }
        optimizer.step(parameters, gradients, scale, (float) learningRate, globalStep);
        FlatVector.changed(network.params());
        return result;
    }

    /** Without this, weight decay and momentum would move parameters that have no gradient. */
    private void keepFrozenLayers() {
        Set<String> now = new HashSet<>();
        for (GraphVertex vertex : network.getVertices()) {
            if (vertex.hasLayer() && vertex.getLayer() instanceof Freezable layer && layer.frozen()) {
                now.add(vertex.getVertexName());
            }
        }
        if (!now.equals(frozen)) {
            frozen = now;
            optimizer.useRates(this::rateFactor);
            BackwardPass.stopAtLowestTrained(network);
        }
    }

    private float rateFactor(ParameterLayout.Segment parameter) {
        if (frozen.contains(parameter.vertex())) {
            return RateFactors.KEEP;
        }
        return parameter.vertex().equals(ResNet.LOGITS) ? headFactor : 1;
    }

    private double norm(FloatBuffer vector) {
        double squares = 0;
        for (ParameterLayout.Segment segment : layout.segments()) {
            if (segment.kind().trainable() && !frozen.contains(segment.vertex())) {
                for (int i = segment.offset(); i < segment.end(); i++) {
                    double value = vector.get(i);
                    squares += value * value;
                }
            }
        }
        return Math.sqrt(squares);
    }

    /** A copy of the current state. */
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

    /** Continues from {@code state}. */
    public void restore(TrainingState state) {
        if (state.parameters().length != parameters.capacity()
                || state.optimizer().length != optimizer.state().length) {
            throw new IllegalArgumentException(
                    "%s does not fit a network of %d parameters".formatted(state, parameters.capacity()));
        }
        parameters.put(0, state.parameters());
        FlatVector.changed(network.params());
        for (int i = 0; i < state.optimizer().length; i++) {
            System.arraycopy(state.optimizer()[i], 0, optimizer.state()[i], 0, state.optimizer()[i].length);
        }
    }
}
