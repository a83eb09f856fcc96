package io.resnetspark.model.training;

import io.resnetspark.model.FlatVector;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.kernel.DeviceTraining;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.RateFactors;
import io.resnetspark.model.optim.SquaredNorms;
import io.resnetspark.model.optim.UpdateRule;
import io.resnetspark.model.program.BatchLoss;
import io.resnetspark.model.program.ParameterSlice;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A device computes the network as a whole. Its vectors are the truth; the graph's own array of parameters follows when the
 * state is taken.
 */
final class DeviceLearner implements Learner {

    private final ComputationGraph network;
    private final DeviceTraining device;
    private final UpdateRule rule;
    private final SquaredNorms squares = new DeviceNorms();

    /** @param device made for the network and the rule */
    DeviceLearner(ComputationGraph network, ParameterLayout layout, OptimizerConfig config, DeviceTraining device) {
        this.network = network;
        this.rule = config.rule(layout);
        this.device = device;
        device.write(DeviceTraining.PARAMETERS, FlatVector.copyOf(network.params()));
    }

    @Override
    public BatchLoss computeGradient(INDArray images, INDArray labels) {
        return device.step(images, labels);
    }

    @Override
    public double gradientSquares(List<ParameterLayout.Segment> counted) {
        double sum = 0;
        for (double part : device.gradientSquares(places(counted))) {
            sum += part;
        }
        return sum;
    }

    private static List<ParameterSlice> places(List<ParameterLayout.Segment> segments) {
        return segments.stream()
                .map(segment -> new ParameterSlice(segment.offset(), segment.length()))
                .toList();
    }

    @Override
    public void update(float gradientScale, float learningRate, long globalStep) {
        device.update(rule.updates(squares, gradientScale, learningRate, globalStep));
    }

    @Override
    public void useRates(RateFactors factors) {
        rule.useRates(factors);
    }

    @Override
    public void layersFroze() {
        device.recompile();
    }

    @Override
    public INDArray probabilities(INDArray images) {
        return device.probabilities(images);
    }

    @Override
    public TrainingState state() {
        float[] parameters = device.read(DeviceTraining.PARAMETERS);
        FlatVector.set(network.params(), parameters);
        float[][] optimizer = new float[rule.stateVectors()][];
        for (int i = 0; i < optimizer.length; i++) {
            optimizer[i] = device.read(1 + i);
        }
        return new TrainingState(parameters, optimizer);
    }

    @Override
    public void restore(TrainingState state) {
        useParameters(state.parameters());
        for (int i = 0; i < state.optimizer().length; i++) {
            device.write(1 + i, state.optimizer()[i]);
        }
    }

    @Override
    public int stateVectors() {
        return rule.stateVectors();
    }

    @Override
    public void useParameters(float[] parameters) {
        device.write(DeviceTraining.PARAMETERS, parameters);
        FlatVector.set(network.params(), parameters);
    }

    @Override
    public void close() {
        device.close();
    }

    private final class DeviceNorms implements SquaredNorms {

        @Override
        public double[] parameters(List<ParameterLayout.Segment> segments) {
            return device.parameterSquares(places(segments));
        }

        @Override
        public double[] gradients(List<ParameterLayout.Segment> segments, float scale) {
            double[] sums = device.gradientSquares(places(segments));
            for (int i = 0; i < sums.length; i++) {
                sums[i] *= (double) scale * scale;
            }
            return sums;
        }
    }
}
