package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.kernel.BatchNormKernel;
import io.resnetspark.model.kernel.ConvolutionKernel;
import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.kernel.LinearKernel;
import io.resnetspark.model.kernel.PadShortcutKernel;
import io.resnetspark.model.kernel.PoolingKernel;
import io.resnetspark.model.kernel.ReluKernel;
import io.resnetspark.model.kernel.ResidualAddKernel;
import io.resnetspark.model.kernel.Statistics;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Window;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Layers computed one by one on arrays of the host, in single precision: every call copies its arguments to the device and
 * its results back. Right, and slow: for what runs a DL4J graph layer by layer, and for comparing single operations.
 */
final class StagedLayers {

    private final Device device;

    StagedLayers(Device device) {
        this.device = device;
    }

    private void run(BiConsumer<Operations, Staging> work) {
        synchronized (device) {
            try (Operations operations = new Operations(device, Element.FLOAT);
                    Staging staging = new Staging(device)) {
                work.accept(operations, staging);
                staging.fetch();
            }
        }
    }

    ConvolutionKernel convolution(ImageShape input, int outputs, Window window, Bias bias) {
        return new Convolution(input, outputs, window, bias);
    }

    BatchNormKernel batchNorm(ImageShape shape, float epsilon, Activation activation, Statistics statistics) {
        return new BatchNorm(shape, epsilon, activation, statistics);
    }

    ReluKernel relu(ImageShape shape) {
        return new Relu(Operations.count(shape));
    }

    ResidualAddKernel residualAdd(ImageShape shape, Activation activation) {
        return new ResidualAdd(Operations.count(shape), activation);
    }

    PoolingKernel maxPool(ImageShape input, Window window) {
        return new MaxPool(input, window);
    }

    PoolingKernel globalAverage(ImageShape input) {
        return new GlobalAverage(input);
    }

    LinearKernel linear(int batch, int inputs, int outputs) {
        return new Linear(batch, inputs, outputs);
    }

    PadShortcutKernel padShortcut(ImageShape input, int stride, int outputChannels) {
        return new PadShortcut(input, stride, outputChannels);
    }

    private final class Convolution implements ConvolutionKernel {

        private final ImageShape input;
        private final ImageShape output;
        private final Window window;
        private final Bias bias;

        Convolution(ImageShape input, int outputs, Window window, Bias bias) {
            this.input = input;
            this.output = input.through(window, outputs);
            this.window = window;
            this.bias = bias;
        }

        private DeviceConvolution open() {
            return device.convolution(Element.FLOAT, input, output.channels(), window);
        }

        private long packed(Operations operations, Staging staging, INDArray weight) {
            long packed = staging.scratch(weight.length() * Float.BYTES);
            operations.packWeight(staging.sent(weight), packed, output.channels(), input.channels(), window.size());
            return packed;
        }

        @Override
        public void forward(INDArray inputArray, INDArray weight, INDArray biasArray, INDArray outputArray) {
            run((operations, staging) -> {
                try (DeviceConvolution convolution = open()) {
                    long result = staging.expected(outputArray);
                    convolution.forward(
                            staging.sent(inputArray),
                            packed(operations, staging, weight),
                            result,
                            staging.scratch(convolution.workspaceBytes()),
                            Write.REPLACE);
                    if (bias == Bias.ADDED) {
                        operations.addBias(result, output, staging.sent(biasArray), Activation.IDENTITY);
                    }
                }
            });
        }

        @Override
        public void backwardInput(INDArray outputGradient, INDArray weight, INDArray inputGradient) {
            run((operations, staging) -> {
                try (DeviceConvolution convolution = open()) {
                    convolution.inputGradient(
                            staging.sent(outputGradient),
                            packed(operations, staging, weight),
                            staging.expected(inputGradient),
                            staging.scratch(convolution.workspaceBytes()),
                            Write.REPLACE);
                }
            });
        }

        @Override
        public void backwardWeight(
                INDArray inputArray, INDArray outputGradient, INDArray weightGradient, INDArray biasGradient) {
            run((operations, staging) -> {
                try (DeviceConvolution convolution = open()) {
                    long gradient = staging.sent(outputGradient);
                    long packed = staging.scratch(weightGradient.length() * Float.BYTES);
                    convolution.weightGradient(
                            staging.sent(inputArray), gradient, packed, staging.scratch(convolution.workspaceBytes()));
                    operations.unpackWeight(
                            packed,
                            staging.expected(weightGradient),
                            output.channels(),
                            input.channels(),
                            window.size());
                    if (bias == Bias.ADDED) {
                        operations.channelSums(gradient, output, staging.expected(biasGradient));
                    }
                }
            });
        }
    }

    private final class BatchNorm implements BatchNormKernel {

        private final ImageShape shape;
        private final float epsilon;
        private final Activation activation;
        private final Statistics statistics;

        BatchNorm(ImageShape shape, float epsilon, Activation activation, Statistics statistics) {
            this.shape = shape;
            this.epsilon = epsilon;
            this.activation = activation;
            this.statistics = statistics;
        }

        @Override
        public void forward(
                INDArray input, INDArray scale, INDArray shift, INDArray mean, INDArray variance, INDArray output) {
            run((operations, staging) -> {
                long x = staging.sent(input);
                boolean batch = statistics == Statistics.BATCH;
                long means = batch ? staging.expected(mean) : staging.sent(mean);
                long variances = batch ? staging.expected(variance) : staging.sent(variance);
                if (batch) {
                    operations.statistics(x, shape, means, variances);
                }
                Operations.Norm norm = new Operations.Norm(
                        staging.sent(scale), staging.sent(shift), means, variances, epsilon, activation);
                operations.normalise(x, shape, norm, Operations.NONE, staging.expected(output));
            });
        }

        @Override
        public void backward(
                INDArray input,
                INDArray output,
                INDArray outputGradient,
                INDArray scale,
                INDArray mean,
                INDArray variance,
                INDArray inputGradient,
                INDArray scaleGradient,
                INDArray shiftGradient) {
            run((operations, staging) -> {
                long x = staging.sent(input);
                long gradient = staging.sent(outputGradient);
                // The shift plays a part in the ReLU's mask, which is taken from the output here.
                Operations.Norm norm = new Operations.Norm(
                        staging.sent(scale),
                        staging.scratch((long) shape.channels() * Float.BYTES),
                        staging.sent(mean),
                        staging.sent(variance),
                        epsilon,
                        Activation.IDENTITY);
                long scales = staging.expected(scaleGradient);
                long shifts = staging.expected(shiftGradient);
                long masked = activation == Activation.RELU ? staging.sent(output) : Operations.NONE;
                operations.normParameterGradients(x, shape, norm, masked, gradient, scales, shifts);
                boolean batch = statistics == Statistics.BATCH;
                operations.normInputGradient(
                        x,
                        shape,
                        norm,
                        gradient,
                        batch ? scales : Operations.NONE,
                        batch ? shifts : Operations.NONE,
                        staging.expected(inputGradient),
                        Write.REPLACE);
            });
        }
    }

    private final class Relu implements ReluKernel {

        private final int count;

        Relu(int count) {
            this.count = count;
        }

        @Override
        public void forward(INDArray input, INDArray output) {
            run((operations, staging) -> operations.rectify(staging.sent(input), staging.expected(output), count));
        }

        @Override
        public void backward(INDArray output, INDArray outputGradient, INDArray inputGradient) {
            run((operations, staging) -> operations.rectifyGradient(
                    staging.sent(output),
                    staging.sent(outputGradient),
                    staging.expected(inputGradient),
                    count,
                    Write.REPLACE));
        }
    }

    private final class ResidualAdd implements ResidualAddKernel {

        private final int count;
        private final Activation activation;

        ResidualAdd(int count, Activation activation) {
            this.count = count;
            this.activation = activation;
        }

        @Override
        public void forward(INDArray branch, INDArray shortcut, INDArray output) {
            run((operations, staging) -> operations.sum(
                    staging.sent(branch), staging.sent(shortcut), staging.expected(output), count, activation));
        }

        @Override
        public void backward(INDArray output, INDArray outputGradient, INDArray inputGradient) {
            run((operations, staging) -> {
                long from = staging.sent(outputGradient);
                long to = staging.expected(inputGradient);
                if (activation == Activation.RELU) {
                    operations.rectifyGradient(staging.sent(output), from, to, count, Write.REPLACE);
                } else {
                    operations.passGradient(from, to, count, Write.REPLACE);
                }
            });
        }
    }

    private final class MaxPool implements PoolingKernel {

        private final ImageShape input;
        private final Window window;
        private final long outputs;

        MaxPool(ImageShape input, Window window) {
            this.input = input;
            this.window = window;
            this.outputs = input.through(window, input.channels()).length();
        }

        @Override
        public void forward(INDArray inputArray, INDArray output) {
            run((operations, staging) -> operations.maxPool(
                    staging.sent(inputArray), input, window, staging.expected(output), staging.scratch(outputs)));
        }

        /** Finds the winners again. */
        @Override
        public void backward(INDArray inputArray, INDArray outputGradient, INDArray inputGradient) {
            run((operations, staging) -> {
                long winners = staging.scratch(outputs);
                operations.maxPool(
                        staging.sent(inputArray), input, window, staging.scratch(outputs * Float.BYTES), winners);
                operations.maxPoolGradient(
                        staging.sent(outputGradient),
                        winners,
                        input,
                        window,
                        staging.expected(inputGradient),
                        Write.REPLACE);
            });
        }
    }

    private final class GlobalAverage implements PoolingKernel {

        private final ImageShape input;

        GlobalAverage(ImageShape input) {
            this.input = input;
        }

        @Override
        public void forward(INDArray inputArray, INDArray output) {
            run((operations, staging) ->
                    operations.globalAverage(staging.sent(inputArray), input, staging.expected(output)));
        }

        @Override
        public void backward(INDArray inputArray, INDArray outputGradient, INDArray inputGradient) {
            run((operations, staging) -> operations.globalAverageGradient(
                    staging.sent(outputGradient), input, staging.expected(inputGradient), Write.REPLACE));
        }
    }

    private final class Linear implements LinearKernel {

        private final int batch;
        private final int inputs;
        private final int outputs;

        Linear(int batch, int inputs, int outputs) {
            this.batch = batch;
            this.inputs = inputs;
            this.outputs = outputs;
        }

        @Override
        public void forward(INDArray input, INDArray weight, INDArray bias, INDArray output) {
            run((operations, staging) -> operations.linear(
                    staging.sent(input),
                    staging.sent(weight),
                    staging.sent(bias),
                    staging.expected(output),
                    batch,
                    inputs,
                    outputs));
        }

        @Override
        public void backwardInput(INDArray outputGradient, INDArray weight, INDArray inputGradient) {
            run((operations, staging) -> operations.linearInputGradient(
                    staging.sent(outputGradient),
                    staging.sent(weight),
                    staging.expected(inputGradient),
                    batch,
                    inputs,
                    outputs));
        }

        @Override
        public void backwardWeight(
                INDArray input, INDArray outputGradient, INDArray weightGradient, INDArray biasGradient) {
            run((operations, staging) -> operations.linearParameterGradients(
                    staging.sent(input),
                    staging.sent(outputGradient),
                    staging.expected(weightGradient),
                    staging.expected(biasGradient),
                    batch,
                    inputs,
                    outputs));
        }
    }

    private final class PadShortcut implements PadShortcutKernel {

        private final ImageShape input;
        private final int stride;
        private final int outputChannels;

        PadShortcut(ImageShape input, int stride, int outputChannels) {
            this.input = input;
            this.stride = stride;
            this.outputChannels = outputChannels;
        }

        @Override
        public void forward(INDArray inputArray, INDArray output) {
            run((operations, staging) -> operations.padShortcut(
                    staging.sent(inputArray), input, stride, outputChannels, staging.expected(output)));
        }

        @Override
        public void backward(INDArray outputGradient, INDArray inputGradient) {
            run((operations, staging) -> operations.padShortcutGradient(
                    staging.sent(outputGradient),
                    input,
                    stride,
                    outputChannels,
                    staging.expected(inputGradient),
                    Write.REPLACE));
        }
    }
}
