package io.resnetspark.model.training;

import io.resnetspark.model.FlatVector;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.RateFactors;
import io.resnetspark.model.optim.SquaredNorms;
import io.resnetspark.model.optim.UpdateRule;
import io.resnetspark.model.program.BatchLoss;
import io.resnetspark.model.program.ImageSamples;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.ProgramTrainer;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The network is trained as a program, in memory of its own. Those vectors are the truth; the graph's own array of parameters
 * follows when the state is taken.
 */
final class ProgramLearner implements Learner {

    private final ComputationGraph network;
    private final ProgramTrainer trainer;
    private final UpdateRule rule;
    private final SquaredNorms squares = new ProgramNorms();

    /** @param trainer made for the network and the rule; closed with this, or if this fails */
    ProgramLearner(ComputationGraph network, ParameterLayout layout, OptimizerConfig config, ProgramTrainer trainer) {
        this.network = network;
        this.rule = config.rule(layout);
        this.trainer = trainer;
        try {
            trainer.write(ProgramTrainer.PARAMETERS, FlatVector.copyOf(network.params()));
        } catch (RuntimeException | Error e) {
            trainer.close();
            throw e;
        }
    }

    @Override
    public Supplier<BatchLoss> computeGradient(INDArray images, INDArray labels) {
        return trainer.begin(images, labels);
    }

    @Override
    public boolean readSamples(ImageSamples samples) {
        if (trainer.takesSamples()) {
            trainer.readSamples(samples);
        }
        return trainer.takesSamples();
    }

    @Override
    public double gradientSquares(List<ParameterLayout.Segment> counted) {
        double sum = 0;
        for (double part : trainer.gradientSquares(slices(counted))) {
            sum += part;
        }
        return sum;
    }

    private static List<ParameterSlice> slices(List<ParameterLayout.Segment> segments) {
        return segments.stream().map(ParameterLayout.Segment::slice).toList();
    }

    @Override
    public void update(float gradientScale, float learningRate, long globalStep) {
        trainer.update(rule.updates(squares, gradientScale, learningRate, globalStep));
    }

    @Override
    public void useRates(RateFactors factors) {
        rule.useRates(factors);
    }

    @Override
    public void layersFroze() {
        trainer.recompile();
    }

    @Override
    public INDArray probabilities(INDArray images) {
        return trainer.probabilities(images);
    }

    @Override
    public TrainingState state() {
        float[] parameters = trainer.read(ProgramTrainer.PARAMETERS);
        FlatVector.set(network.params(), parameters);
        float[][] optimizer = new float[rule.stateVectors()][];
        for (int i = 0; i < optimizer.length; i++) {
            optimizer[i] = trainer.read(1 + i);
        }
        return new TrainingState(parameters, optimizer);
    }

    @Override
    public void restore(TrainingState state) {
        useParameters(state.parameters());
        for (int i = 0; i < state.optimizer().length; i++) {
            trainer.write(1 + i, state.optimizer()[i]);
        }
    }

    @Override
    public int stateVectors() {
        return rule.stateVectors();
    }

    @Override
    public void useParameters(float[] parameters) {
        trainer.write(ProgramTrainer.PARAMETERS, parameters);
        FlatVector.set(network.params(), parameters);
    }

    @Override
    public void close() {
        trainer.close();
    }

    private final class ProgramNorms implements SquaredNorms {

        @Override
        public double[] parameters(List<ParameterLayout.Segment> segments) {
            return trainer.parameterSquares(slices(segments));
        }

        @Override
        public double[] gradients(List<ParameterLayout.Segment> segments, float scale) {
            double[] sums = trainer.gradientSquares(slices(segments));
            for (int i = 0; i < sums.length; i++) {
                sums[i] *= (double) scale * scale;
            }
            return sums;
        }
    }
}
