package io.resnetspark.model.kernel.nd4j;

import io.resnetspark.model.kernel.BufferPlan;
import io.resnetspark.model.kernel.InferenceProgram;
import io.resnetspark.model.kernel.InferenceStep;
import io.resnetspark.model.kernel.InferenceStep.Connect;
import io.resnetspark.model.kernel.InferenceStep.Convolve;
import io.resnetspark.model.kernel.InferenceStep.GlobalAverage;
import io.resnetspark.model.kernel.InferenceStep.MaxPool;
import io.resnetspark.model.kernel.InferenceStep.Value;
import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.kernel.StraightNetwork;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** A network as a list of ND4J operations on a few reused arrays. */
final class Nd4jInference implements InferenceProgram {

    private final int batch;
    private final int imageLength;
    private final int classes;
    private final int width;
    private final BufferPlan plan;
    private final List<INDArray> buffers = new ArrayList<>();
    private final List<INDArray> constants = new ArrayList<>();
    private final List<Runnable> operations = new ArrayList<>();
    private final INDArray images;
    private final INDArray logits;
    private final INDArray features;

    Nd4jInference(Nd4jKernels kernels, StraightNetwork network, int batch) {
        this.batch = batch;
        this.imageLength = Math.toIntExact(network.images().shape().length());
        this.classes = network.logits().shape().channels();
        this.width = network.features().shape().channels();
        this.plan = BufferPlan.of(network);
        for (long length : plan.lengths()) {
            buffers.add(Nd4j.createUninitializedDetached(DataType.FLOAT, length * batch));
        }
        images = view(network.images());
        logits = vectors(network.logits());
        features = vectors(network.features());
        for (InferenceStep step : network.steps()) {
            operations.add(operation(kernels, step));
        }
    }

    private Runnable operation(Nd4jKernels kernels, InferenceStep step) {
        if (step instanceof Convolve convolve) {
            return convolution(kernels, convolve);
        }
        if (step instanceof MaxPool pool) {
            var kernel = kernels.maxPool(batched(pool.input()), pool.window());
            INDArray input = view(pool.input());
            INDArray output = view(pool.writes());
            return () -> kernel.forward(input, output);
        }
        if (step instanceof GlobalAverage average) {
            var kernel = kernels.globalAverage(batched(average.input()));
            INDArray input = view(average.input());
            INDArray output = vectors(average.writes());
            return () -> kernel.forward(input, output);
        }
        Connect connect = (Connect) step;
        int inputs = connect.input().shape().channels();
        int outputs = connect.writes().shape().channels();
        var kernel = kernels.linear(batch, inputs, outputs);
        INDArray weight = constant(connect.weight(), outputs, inputs);
        INDArray bias = constant(connect.bias(), outputs);
        INDArray input = vectors(connect.input());
        INDArray output = vectors(connect.writes());
        return () -> kernel.forward(input, weight, bias, output);
    }

    private Runnable convolution(Nd4jKernels kernels, Convolve step) {
        int outputs = step.writes().shape().channels();
        int size = step.window().size();
        var kernel = kernels.convolution(batched(step.input()), outputs, step.window(), Bias.ADDED);
        INDArray weight = constant(step.weight(), outputs, step.input().shape().channels(), size, size);
        INDArray bias = constant(step.bias(), outputs);
        INDArray input = view(step.input());
        INDArray output = view(step.writes());
        return () -> {
            if (step.addend().isEmpty()) {
                kernel.forward(input, weight, bias, output);
            } else {
                try (INDArray branch = output.ulike()) {
                    kernel.forward(input, weight, bias, branch);
                    output.addi(branch); // the plan puts the result where the addend is
                }
            }
            if (step.activation() == Activation.RELU) {
                Transforms.relu(output, false);
            }
        };
    }

    private INDArray constant(float[] values, long... shape) {
        INDArray constant = Nd4j.createFromArray(values).reshape('c', shape);
        constants.add(constant);
        return constant;
    }

    private ImageShape batched(Value value) {
        ImageShape shape = value.shape();
        return new ImageShape(batch, shape.height(), shape.width(), shape.channels());
    }

    private INDArray view(Value value) {
        ImageShape shape = batched(value);
        return buffers.get(plan.buffer(value))
                .get(NDArrayIndex.interval(0, shape.length()))
                .reshape('c', shape.toArray());
    }

    private INDArray vectors(Value value) {
        return view(value).reshape('c', batch, value.shape().channels());
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public void run(float[] imageValues, int first, int count, float[] logitValues, float[] featureValues) {
        if (operations.isEmpty()) {
            throw new IllegalStateException("The program is closed");
        }
        float[] padded = new float[batch * imageLength];
        System.arraycopy(imageValues, first * imageLength, padded, 0, count * imageLength);
        images.assign(Nd4j.createFromArray(padded).reshape('c', images.shape()));
        operations.forEach(Runnable::run);
        copy(logits, classes, logitValues, first, count);
        copy(features, width, featureValues, first, count);
    }

    private void copy(INDArray rows, int length, float[] out, int first, int count) {
        float[] values = rows.reshape('c', new long[] {(long) batch * length}).toFloatVector();
        System.arraycopy(values, 0, out, first * length, count * length);
    }

    @Override
    public void close() {
        operations.clear();
        buffers.forEach(INDArray::close);
        buffers.clear();
        constants.forEach(INDArray::close);
        constants.clear();
    }
}
