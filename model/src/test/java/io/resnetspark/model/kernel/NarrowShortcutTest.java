package io.resnetspark.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.kernel.onednn.OneDnnKernels;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Window;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Projection shortcuts of narrow networks. oneDNN's own kernel for their weight gradients writes past its memory now and
 * then, more often on two threads and a busy machine, so one comparison would prove little.
 */
class NarrowShortcutTest {

    private static final int REPETITIONS = 400;
    private static final int BATCH = 16;
    private static final Window PROJECTION = new Window(1, 2, 0);

    @ParameterizedTest(name = "{0} channels of {2} x {2} pixels to {1}")
    @CsvSource({"4, 8, 4", "4, 8, 8", "4, 8, 7", "12, 24, 8", "15, 16, 16", "16, 32, 8"})
    void gradientsAreThoseOfTheOracleEveryTime(int channels, int filters, int pixels) {
        assumeTrue(OneDnnKernels.available(), "oneDNN is not available on this platform");
        ImageShape shape = new ImageShape(BATCH, pixels, pixels, channels);
        int outputPixels = PROJECTION.outputSize(pixels);
        INDArray images =
                Nd4j.rand(new int[] {BATCH, pixels, pixels, channels}, 1).subi(0.5);
        INDArray outputGradient = Nd4j.rand(new int[] {BATCH, outputPixels, outputPixels, filters}, 2)
                .subi(0.5);
        for (Bias bias : Bias.values()) {
            ConvolutionKernel oracle = Kernels.nd4j().convolution(shape, filters, PROJECTION, bias);
            INDArray expected = Nd4j.zeros(filters, channels, 1, 1);
            INDArray expectedBias = Nd4j.zeros(filters);
            oracle.backwardWeight(images, outputGradient, expected, expectedBias);

            ComputeThreads.use(2);
            ConvolutionKernel kernel = Kernels.oneDnn().convolution(shape, filters, PROJECTION, bias);
            for (int i = 0; i < REPETITIONS; i++) {
                INDArray gradient = Nd4j.zeros(filters, channels, 1, 1);
                INDArray biasGradient = Nd4j.zeros(filters);
                kernel.backwardWeight(images, outputGradient, gradient, biasGradient);
                assertThat(gradient.sub(expected).amaxNumber().doubleValue())
                        .as("repetition %d, bias %s", i, bias)
                        .isCloseTo(0, within(1e-4));
                assertThat(biasGradient.sub(expectedBias).amaxNumber().doubleValue())
                        .isCloseTo(0, within(1e-4));
            }
        }
    }
}
