package io.resnetspark.model.training;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.layer.Freezable;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.RateFactors;
import io.resnetspark.model.program.BatchLoss;
import io.resnetspark.model.program.ImageSamples;
import io.resnetspark.model.program.TrainingPrecision;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network with its optimiser: forward, backward and update of one minibatch at a time. Owned by one thread.
 *
 * <p>Where its kernels train whole programs, their memory holds the parameters from the first use on: set them
 * by {@link #restore} or {@link #useParameters}, and read them by {@link #state}.
 */
public final class Trainer implements AutoCloseable {

    /** No clipping. */
    public static final double NO_CLIPPING = Double.POSITIVE_INFINITY;

    private final ComputationGraph network;
    private final ParameterLayout layout;
    private final TrainingProgram program;
    private final OptimizerConfig config;
    private final double clipNorm;
    private final RateFactors factors;
    private final TrainingPrecision precision;
    private Learner learner;
    private Set<String> frozen = Set.of();

    /** Every parameter learns at the same rate; in single precision. */
    public Trainer(ComputationGraph network, OptimizerConfig config, double clipNorm) {
        this(network, config, clipNorm, RateFactors.EQUAL, TrainingPrecision.FP32);
    }

    /**
     * @param clipNorm largest L2 norm of the mean gradient; longer ones are scaled down to it
     * @param factors on the learning rate of single parameters
     * @throws ConfigurationException if the network's kernels do not train in that precision
     */
    public Trainer(
            ComputationGraph network,
            OptimizerConfig config,
            double clipNorm,
            RateFactors factors,
            TrainingPrecision precision) {
        Kernels kernels = ResNet.kernels(network);
        if (!kernels.trainsIn(precision)) {
            throw new ConfigurationException("%s does not train in %s; leave the precision to auto"
                    .formatted(kernels.description(), precision.label()));
        }
        this.precision = precision;
        this.network = network;
        this.layout = ParameterLayout.of(network);
        this.program = new TrainingProgram(network, layout);
        this.config = config;
        this.clipNorm = clipNorm;
        this.factors = factors;
    }

    /** A trainer of a new network in single precision; its parameters are to be set from a {@link TrainingState}. */
    public static Trainer create(ResNetSpec spec, long seed, OptimizerConfig config, double clipNorm) {
        return create(spec, seed, config, clipNorm, TrainingPrecision.FP32);
    }

    /** As {@link #create(ResNetSpec, long, OptimizerConfig, double)}, in a precision. */
    public static Trainer create(
            ResNetSpec spec, long seed, OptimizerConfig config, double clipNorm, TrainingPrecision precision) {
        return new Trainer(ResNet.create(spec, seed), config, clipNorm, RateFactors.EQUAL, precision);
    }

    /** Made when needed: until then the network's own array holds the parameters. */
    private Learner learner() {
        if (learner == null) {
            learner = ResNet.kernels(network)
                    .trainer(program, layout.length(), config.rule(layout).stateVectors(), precision)
                    .<Learner>map(trainer -> new ProgramLearner(network, layout, config, trainer))
                    .orElseGet(() -> new GraphLearner(network, layout, config));
            learner.useRates(this::rateFactor);
        }
        return learner;
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
     * @param images {@code [N, H, W, C]}, normalised, or after {@link #readSamples} unsigned bytes {@code [N, bytes of an
     *     image]}
     * @param labels {@code [N, classes]}, one-hot or soft
     * @param learningRate at least 0
     * @param globalStep steps done before, over the whole training
     */
    public StepResult step(INDArray images, INDArray labels, double learningRate, long globalStep) {
        return begin(images, labels, learningRate, globalStep).get();
    }

    /**
     * As {@link #step}, but may return while a device still works; images and labels may change then.
     *
     * @return waits for the result; to be asked before the second next step begins
     */
    public Supplier<StepResult> begin(INDArray images, INDArray labels, double learningRate, long globalStep) {
        keepFrozenLayers();
        int examples = Math.toIntExact(images.size(0));
        Supplier<BatchLoss> pending = learner().computeGradient(images, labels);
        float scale = 1f / examples;
        if (clipNorm != NO_CLIPPING) {
            scale *= (float) Math.min(1, clipNorm / (gradientNorm() / examples));
        }
        learner().update(scale, (float) learningRate, globalStep);
        return () -> {
            BatchLoss loss = pending.get();
            return new StepResult(examples, loss.lossSum(), loss.correct());
        };
    }

    /**
     * Lets steps take images as unsigned bytes, where what computes makes the network's input of them itself.
     *
     * @return whether they do
     */
    public boolean readSamples(ImageSamples samples) {
        return learner().readSamples(samples);
    }

    /** Without this, weight decay and momentum would move parameters that have no gradient. */
    private void keepFrozenLayers() {
        Set<String> now = program.frozen();
        if (!now.equals(frozen)) {
            frozen = now;
            learner().useRates(this::rateFactor);
            learner().layersFroze();
        }
    }

    private float rateFactor(ParameterLayout.Segment parameter) {
        if (frozen.contains(parameter.vertex())) {
            return RateFactors.KEEP;
        }
        return factors.of(parameter);
    }

    private double gradientNorm() {
        List<ParameterLayout.Segment> counted = layout.segments().stream()
                .filter(segment -> segment.kind().trainable() && !frozen.contains(segment.vertex()))
                .toList();
        return Math.sqrt(learner().gradientSquares(counted));
    }

    /**
     * Probabilities {@code [N, classes]} by the running statistics.
     *
     * @param images {@code [N, H, W, C]}, normalised
     */
    public INDArray probabilities(INDArray images) {
        return learner().probabilities(images);
    }

    /** A copy of the current state. */
    public TrainingState state() {
        return learner().state();
    }

    /** Continues from {@code state}. */
    public void restore(TrainingState state) {
        if (state.optimizer().length != learner().stateVectors()) {
            throw notFitting(state);
        }
        requireFits(state.parameters(), state);
        learner().restore(state);
    }

    /** Overwrites the parameters and running statistics; the optimiser's state stays. */
    public void useParameters(float[] parameters) {
        requireFits(parameters, parameters.length + " parameters");
        learner().useParameters(parameters);
    }

    private void requireFits(float[] parameters, Object what) {
        if (parameters.length != layout.length()) {
            throw notFitting(what);
        }
    }

    private IllegalArgumentException notFitting(Object what) {
        return new IllegalArgumentException(
                "%s does not fit a network of %d parameters".formatted(what, layout.length()));
    }

    /** Frees the network, and the memory of its program if it has some. */
    @Override
    public void close() {
        if (learner != null) {
            learner.close();
        }
        ResNet.close(network);
    }
}
