package io.resnetspark.model.training;

import io.resnetspark.model.FlatVector;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.program.BatchStatistics;
import io.resnetspark.model.program.ProgramTrainer;
import io.resnetspark.model.program.TrainingPrecision;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs minibatches through a network in training mode, for what its batch norms see of them. */
public final class BatchNormMeasurement implements AutoCloseable {

    private final ComputationGraph network;
    private final ParameterLayout layout;
    private final Optional<ProgramTrainer> trainer;
    private final BatchNormEstimate estimate = new BatchNormEstimate();

    /**
     * @param network with its parameters; frozen batch norms keep their statistics. The network stays the caller's
     * @param precision that it was trained in
     */
    public BatchNormMeasurement(ComputationGraph network, TrainingPrecision precision) {
        this.network = network;
        this.layout = ParameterLayout.of(network);
        this.trainer =
                ResNet.kernels(network).trainer(new TrainingProgram(network, layout), layout.length(), 0, precision);
        try {
            trainer.ifPresent(memory -> memory.write(ProgramTrainer.PARAMETERS, FlatVector.copyOf(network.params())));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** @param images {@code [N, H, W, C]}, normalised */
    public void add(INDArray images) {
        if (trainer.isEmpty()) {
            network.outputSingle(true, images);
            estimate.add(network);
            return;
        }
        for (BatchStatistics statistics : trainer.get().statistics(images)) {
            layout.segments().stream()
                    .filter(segment ->
                            segment.offset() == statistics.runningMean().offset())
                    .forEach(segment -> estimate.add(segment.vertex(), statistics));
        }
    }

    /** Of all minibatches so far. */
    public BatchNormEstimate estimate() {
        return estimate;
    }

    @Override
    public void close() {
        trainer.ifPresent(ProgramTrainer::close);
    }
}
