package io.resnetspark.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Window;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Kernels against the portable ones, for every operation and direction. */
public abstract class KernelAgreement {

    private final Kernels fast = kernels();
    private final Kernels portable = Kernels.nd4j();

    /** The kernels to compare; skips the tests where there are none. */
    protected abstract Kernels kernels();

    @BeforeAll
    static void drawTheSame() {
        Nd4j.getRandom().setSeed(11);
    }

    @ParameterizedTest
    @CsvSource({
        "2, 9, 7, 3, 8, 7, 2, 3, NONE",
        "3, 8, 8, 16, 16, 3, 1, 1, NONE",
        "3, 8, 9, 16, 32, 3, 2, 1, ADDED",
        "1, 6, 6, 20, 5, 1, 2, 0, NONE",
        "4, 1, 1, 7, 9, 1, 1, 0, ADDED",
    })
    void convolutions(
            int batch, int height, int width, int inputs, int outputs, int size, int stride, int padding, Bias bias) {
        ImageShape shape = new ImageShape(batch, height, width, inputs);
        Window window = new Window(size, stride, padding);
        INDArray input = random(shape.toArray());
        INDArray weight = viewInTheMiddle(random(outputs, inputs, size, size));
        INDArray biasVector = bias == Bias.ADDED ? random(outputs) : null;
        INDArray gradient = random(shape.through(window, outputs).toArray());

        INDArray[] results = new INDArray[8];
        int i = 0;
        for (Kernels kernels : new Kernels[] {fast, portable}) {
            ConvolutionKernel kernel = kernels.convolution(shape, outputs, window, bias);
            INDArray output = empty(gradient.shape());
            INDArray inputGradient = empty(input.shape());
            INDArray weightGradient = viewInTheMiddle(empty(weight.shape()));
            INDArray biasGradient = bias == Bias.ADDED ? empty(outputs) : null;
            kernel.forward(input, weight, biasVector, output);
            kernel.backwardInput(gradient, weight, inputGradient);
            kernel.backwardWeight(input, gradient, weightGradient, biasGradient);
            results[i++] = output;
            results[i++] = inputGradient;
            results[i++] = weightGradient;
            results[i++] = biasGradient;
        }
        for (int k = 0; k < 4; k++) {
            assertClose(results[k], results[k + 4]);
        }
    }

    @ParameterizedTest
    @CsvSource({"RELU, BATCH", "IDENTITY, BATCH", "RELU, GIVEN", "IDENTITY, GIVEN"})
    void batchNorms(Activation activation, Statistics statistics) {
        ImageShape shape = new ImageShape(3, 5, 4, 19);
        INDArray input = random(shape.toArray()).muli(3).addi(1);
        INDArray scale = viewInTheMiddle(random(19));
        INDArray shift = viewInTheMiddle(random(19));
        INDArray gradient = random(shape.toArray());
        INDArray givenMean = random(19);
        INDArray givenVariance = Transforms.abs(random(19)).addi(0.5);

        INDArray[][] results = new INDArray[2][];
        int i = 0;
        for (Kernels kernels : new Kernels[] {fast, portable}) {
            BatchNormKernel kernel = kernels.batchNorm(shape, 1e-5f, activation, statistics);
            INDArray mean = givenMean.dup();
            INDArray variance = givenVariance.dup();
            INDArray output = empty(shape.toArray());
            INDArray inputGradient = empty(shape.toArray());
            INDArray scaleGradient = viewInTheMiddle(empty(19));
            INDArray shiftGradient = viewInTheMiddle(empty(19));
            kernel.forward(input, scale, shift, mean, variance, output);
            kernel.backward(
                    input, output, gradient, scale, mean, variance, inputGradient, scaleGradient, shiftGradient);
            results[i++] = new INDArray[] {output, mean, variance, inputGradient, scaleGradient, shiftGradient};
        }
        for (int k = 0; k < results[0].length; k++) {
            assertClose(results[0][k], results[1][k]);
        }
    }

    @Test
    void trialSums() {
        assertThat(fast.computes()).isTrue();
        assertThat(portable.computes()).isTrue();
    }

    @Test
    void relus() {
        ImageShape shape = new ImageShape(2, 5, 3, 11);
        INDArray input = random(shape.toArray());
        INDArray gradient = random(shape.toArray());
        INDArray[] output = {empty(shape.toArray()), empty(shape.toArray())};
        INDArray[] inputGradient = {empty(shape.toArray()), empty(shape.toArray())};
        int i = 0;
        for (Kernels kernels : new Kernels[] {fast, portable}) {
            ReluKernel kernel = kernels.relu(shape);
            kernel.forward(input, output[i]);
            kernel.backward(output[i], gradient, inputGradient[i]);
            i++;
        }
        assertClose(output[0], output[1]);
        assertClose(inputGradient[0], inputGradient[1]);
    }

    @ParameterizedTest
    @CsvSource({"RELU", "IDENTITY"})
    void residualAdds(Activation activation) {
        ImageShape shape = new ImageShape(2, 3, 5, 17);
        INDArray branch = random(shape.toArray());
        INDArray shortcut = random(shape.toArray());
        INDArray gradient = random(shape.toArray());
        INDArray[] output = {empty(shape.toArray()), empty(shape.toArray())};
        INDArray[] inputGradient = {empty(shape.toArray()), empty(shape.toArray())};
        int i = 0;
        for (Kernels kernels : new Kernels[] {fast, portable}) {
            ResidualAddKernel kernel = kernels.residualAdd(shape, activation);
            kernel.forward(branch, shortcut, output[i]);
            kernel.backward(output[i], gradient, inputGradient[i]);
            i++;
        }
        assertClose(output[0], output[1]);
        assertClose(inputGradient[0], inputGradient[1]);
    }

    @ParameterizedTest
    @CsvSource({"112, 112", "9, 7"})
    void maxPoolsOfNegativeMapsIgnoreThePadding(int height, int width) {
        ImageShape shape = new ImageShape(2, height, width, 5);
        Window window = new Window(3, 2, 1);
        INDArray input = random(shape.toArray()).subi(2);
        pooling(
                fast.maxPool(shape, window),
                portable.maxPool(shape, window),
                input,
                shape.through(window, 5).toArray());
    }

    @Test
    void globalAverages() {
        ImageShape shape = new ImageShape(3, 7, 6, 10);
        INDArray input = random(shape.toArray());
        pooling(fast.globalAverage(shape), portable.globalAverage(shape), input, 3, 10);
    }

    private static void pooling(PoolingKernel fast, PoolingKernel portable, INDArray input, long... outputShape) {
        INDArray gradient = random(outputShape);
        INDArray[] output = {empty(outputShape), empty(outputShape)};
        INDArray[] inputGradient = {empty(input.shape()), empty(input.shape())};
        int i = 0;
        for (PoolingKernel kernel : new PoolingKernel[] {fast, portable}) {
            kernel.forward(input, output[i]);
            kernel.backward(input, gradient, inputGradient[i]);
            i++;
        }
        assertClose(output[0], output[1]);
        assertClose(inputGradient[0], inputGradient[1]);
    }

    @Test
    void linearLayers() {
        INDArray input = random(4, 9);
        INDArray weight = viewInTheMiddle(random(5, 9));
        INDArray bias = viewInTheMiddle(random(5));
        INDArray gradient = random(4, 5);
        INDArray[][] results = new INDArray[2][];
        int i = 0;
        for (Kernels kernels : new Kernels[] {fast, portable}) {
            LinearKernel kernel = kernels.linear(4, 9, 5);
            INDArray output = empty(4, 5);
            INDArray inputGradient = empty(4, 9);
            INDArray weightGradient = viewInTheMiddle(empty(5, 9));
            INDArray biasGradient = viewInTheMiddle(empty(5));
            kernel.forward(input, weight, bias, output);
            kernel.backwardInput(gradient, weight, inputGradient);
            kernel.backwardWeight(input, gradient, weightGradient, biasGradient);
            results[i++] = new INDArray[] {output, inputGradient, weightGradient, biasGradient};
        }
        for (int k = 0; k < 4; k++) {
            assertClose(results[0][k], results[1][k]);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 32", "1, 32", "2, 16"})
    void padShortcuts(int stride, int outputs) {
        ImageShape shape = new ImageShape(3, 9, 8, 16);
        long[] outputShape = shape.through(new Window(1, stride, 0), outputs).toArray();
        INDArray input = random(shape.toArray());
        INDArray gradient = random(outputShape);
        INDArray[] output = {empty(outputShape), empty(outputShape)};
        INDArray[] inputGradient = {empty(shape.toArray()), empty(shape.toArray())};
        int i = 0;
        for (Kernels kernels : new Kernels[] {fast, portable}) {
            PadShortcutKernel kernel = kernels.padShortcut(shape, stride, outputs);
            kernel.forward(input, output[i]);
            kernel.backward(gradient, inputGradient[i]);
            i++;
        }
        assertClose(output[0], output[1]);
        assertClose(inputGradient[0], inputGradient[1]);
    }

    private static INDArray random(long... shape) {
        return Nd4j.randn(DataType.FLOAT, shape).dup('c');
    }

    /** Memory with arbitrary contents, as kernels get it. */
    private static INDArray empty(long... shape) {
        return Nd4j.valueArrayOf(shape, 123.0, DataType.FLOAT);
    }

    /** The same values as a view that does not start where its buffer starts, as a network's parameters are. */
    private static INDArray viewInTheMiddle(INDArray values) {
        INDArray buffer = Nd4j.valueArrayOf(new long[] {values.length() + 10}, 77.0, DataType.FLOAT);
        INDArray view = buffer.get(org.nd4j.linalg.indexing.NDArrayIndex.interval(7, 7 + values.length()))
                .reshape('c', values.shape());
        return view.assign(values);
    }

    private static void assertClose(INDArray actual, INDArray expected) {
        if (expected == null) {
            assertThat(actual).isNull();
            return;
        }
        double scale = Math.max(1, expected.amaxNumber().doubleValue());
        double difference = actual.sub(expected).amaxNumber().doubleValue();
        assertThat(difference / scale).isLessThan(2e-5);
    }
}
