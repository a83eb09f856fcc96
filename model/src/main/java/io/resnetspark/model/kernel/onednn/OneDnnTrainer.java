package io.resnetspark.model.kernel.onednn;

import io.resnetspark.model.kernel.ComputeThreads;
import io.resnetspark.model.kernel.HostUpdates;
import io.resnetspark.model.kernel.onednn.TrainingStep.Mode;
import io.resnetspark.model.program.BatchLoss;
import io.resnetspark.model.program.BatchStatistics;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.ParameterUpdate;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.ProgramTrainer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Flat vectors of floats, and the program of the latest minibatch size. */
final class OneDnnTrainer implements ProgramTrainer {

    private final Function<ImageShape, Program> programs;
    private final Element maps;
    private final NativeBlock parameters;
    private final NativeBlock gradients;
    private final FloatBuffer parameterVector;
    private final FloatBuffer gradientVector;
    private final float[][] state;
    private final StoredWeights weights;
    private OneDnnTrainingProgram program;
    private boolean closed;

    /**
     * @param programs the network as it is frozen when this is asked, for images of a shape
     * @param maps type of the maps
     * @param length of the vector of parameters
     * @param stateVectors vectors of the optimiser
     */
    OneDnnTrainer(Function<ImageShape, Program> programs, Element maps, int length, int stateVectors) {
        this.programs = programs;
        this.maps = maps;
        this.parameters = new NativeBlock((long) length * Float.BYTES);
        this.gradients = new NativeBlock((long) length * Float.BYTES);
        this.parameterVector = parameters.floats();
        this.gradientVector = gradients.floats();
        this.state = new float[stateVectors][length];
        this.weights = new StoredWeights(parameterVector, state);
        parameters.clear();
        gradients.clear();
    }

    @Override
    public void recompile() {
        forgetProgram();
    }

    @Override
    public void write(int vector, float[] values) {
        requireOpen();
        if (values.length != parameterVector.capacity()) {
            throw new IllegalArgumentException(
                    "%d values for a vector of %d".formatted(values.length, parameterVector.capacity()));
        }
        float[] stored = values.clone();
        weights.fromPlain(stored);
        if (vector == PARAMETERS) {
            parameterVector.put(0, stored);
        } else {
            System.arraycopy(stored, 0, state[vector - 1], 0, stored.length);
        }
    }

    @Override
    public float[] read(int vector) {
        requireOpen();
        float[] values;
        if (vector == PARAMETERS) {
            values = new float[parameterVector.capacity()];
            parameterVector.get(0, values);
        } else {
            values = state[vector - 1].clone();
        }
        weights.toPlain(values);
        return values;
    }

    @Override
    public BatchLoss step(INDArray images, INDArray labels) {
        OneDnnTrainingProgram fitting = program(images);
        fitting.forward(images, Mode.TRAIN);
        return fitting.backward(labels);
    }

    @Override
    public List<BatchStatistics> statistics(INDArray images) {
        OneDnnTrainingProgram fitting = program(images);
        fitting.forward(images, Mode.TRAIN);
        return fitting.statistics();
    }

    @Override
    public INDArray probabilities(INDArray images) {
        OneDnnTrainingProgram fitting = program(images);
        fitting.forward(images, Mode.EVALUATE);
        float[] values = fitting.probabilities();
        int batch = fitting.images().batch();
        return Nd4j.createFromArray(values).reshape('c', batch, values.length / batch);
    }

    /** One program at a time: two would need memory for the maps of both. */
    private OneDnnTrainingProgram program(INDArray images) {
        requireOpen();
        ImageShape shape = images.rank() == 2
                ? new ImageShape(Math.toIntExact(images.size(0)), 1, 1, Math.toIntExact(images.size(1)))
                : ImageShape.of(images.shape());
        if (program == null || !program.images().equals(shape)) {
            forgetProgram();
            Program one = programs.apply(new ImageShape(1, shape.height(), shape.width(), shape.channels()));
            program = new OneDnnTrainingProgram(one, maps, shape.batch(), parameters, gradients, weights);
        }
        return program;
    }

    private void forgetProgram() {
        if (program != null) {
            program.close();
            program = null;
        }
    }

    @Override
    public double[] parameterSquares(List<ParameterSlice> parts) {
        return squares(parameterVector, parts);
    }

    @Override
    public double[] gradientSquares(List<ParameterSlice> parts) {
        return squares(gradientVector, parts);
    }

    private static double[] squares(FloatBuffer vector, List<ParameterSlice> parts) {
        double[] sums = new double[parts.size()];
        for (int part = 0; part < sums.length; part++) {
            for (int i = parts.get(part).offset(); i < parts.get(part).end(); i++) {
                double value = vector.get(i);
                sums[part] += value * value;
            }
        }
        return sums;
    }

    @Override
    public void update(List<ParameterUpdate> list) {
        requireOpen();
        for (ParameterUpdate update : list) {
            HostUpdates.apply(update, parameterVector, gradientVector, state, ComputeThreads.ofThisThread());
        }
    }

    /** Its vectors would be memory that is not its own any more. */
    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The training is closed");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            forgetProgram();
            parameters.close();
            gradients.close();
        }
    }
}
