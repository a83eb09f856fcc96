package io.resnetspark.model.kernel.nd4j;

import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.InferenceExecutor;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Step.Convolution;
import io.resnetspark.model.program.Step.GlobalAverage;
import io.resnetspark.model.program.Step.Linear;
import io.resnetspark.model.program.Step.MaxPool;
import io.resnetspark.model.program.Value;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** A program as a list of ND4J operations on a few reused arrays. */
final class Nd4jInference implements InferenceExecutor {

    private final int batch;
    private final int imageLength;
    private final int classes;
    private final int width;
    private final MemoryPlan plan;
    private final float[] parameters;
    private final List<INDArray> buffers = new ArrayList<>();
    private final List<INDArray> constants = new ArrayList<>();
    private final List<Runnable> operations = new ArrayList<>();
    private final INDArray images;
    private final INDArray logits;
    private final INDArray features;

    Nd4jInference(Nd4jKernels kernels, InferenceProgram inference, int batch) {
        Program program = inference.program();
        this.parameters = inference.parameters();
        this.batch = batch;
        this.imageLength = Math.toIntExact(program.images().shape().length());
        this.classes = program.classes();
        this.width = program.features().channels();
        this.plan = MemoryPlan.inference(program, Element.FLOAT);
        for (long length : plan.lengths()) {
            buffers.add(Nd4j.createUninitializedDetached(DataType.FLOAT, length / Float.BYTES * batch));
        }
        images = view(program.images());
        logits = vectors(program.logits());
        features = vectors(program.features());
        for (Step step : program.steps()) {
            operations.add(operation(kernels, step));
        }
    }

    private Runnable operation(Nd4jKernels kernels, Step step) {
        if (step instanceof Convolution convolution) {
            return convolution(kernels, convolution);
        }
        if (step instanceof MaxPool pool) {
            var kernel = kernels.maxPool(pool.input().batch(batch), pool.window());
            INDArray input = view(pool.input());
            INDArray output = view(pool.output());
            return () -> kernel.forward(input, output);
        }
        if (step instanceof GlobalAverage average) {
            var kernel = kernels.globalAverage(average.input().batch(batch));
            INDArray input = view(average.input());
            INDArray output = vectors(average.output());
            return () -> kernel.forward(input, output);
        }
        if (!(step instanceof Linear linear)) {
            throw new IllegalArgumentException("Cannot infer by " + step);
        }
        int inputs = linear.input().channels();
        int outputs = linear.output().channels();
        var kernel = kernels.linear(batch, inputs, outputs);
        INDArray weight = constant(linear.weight(), outputs, inputs);
        INDArray bias = constant(linear.bias(), outputs);
        INDArray input = vectors(linear.input());
        INDArray output = vectors(linear.output());
        return () -> kernel.forward(input, weight, bias, output);
    }

    private Runnable convolution(Nd4jKernels kernels, Convolution step) {
        int outputs = step.output().channels();
        int size = step.window().size();
        var kernel = kernels.convolution(step.input().batch(batch), outputs, step.window(), Bias.ADDED);
        INDArray weight = constant(step.weight(), outputs, step.input().channels(), size, size);
        INDArray bias = constant(step.bias().orElseThrow(), outputs);
        INDArray input = view(step.input());
        INDArray output = view(step.output());
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

    private INDArray constant(ParameterSlice slice, long... shape) {
        INDArray constant = Nd4j.createFromArray(slice.of(parameters)).reshape('c', shape);
        constants.add(constant);
        return constant;
    }

    private INDArray view(Value value) {
        ImageShape shape = value.batch(batch);
        return buffers.get(plan.buffer(value))
                .get(NDArrayIndex.interval(0, shape.length()))
                .reshape('c', shape.toArray());
    }

    private INDArray vectors(Value value) {
        return view(value).reshape('c', batch, value.channels());
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public void run(float[] imageValues, int first, int count, float[] logitValues, float[] featureValues) {
        if (operations.isEmpty()) {
            throw new IllegalStateException("The executor is closed");
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
