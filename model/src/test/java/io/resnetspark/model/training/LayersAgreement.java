package io.resnetspark.model.training;

import static io.resnetspark.model.RelativeDifference.difference;
import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.ResNet;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.TinyGraph;
import io.resnetspark.model.block.GraphSketch;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.layer.Convolution;
import io.resnetspark.model.layer.Convolution.InputGradient;
import io.resnetspark.model.layer.MaxPool;
import io.resnetspark.model.layer.PadShortcut;
import io.resnetspark.model.layer.Relu;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.model.optim.RateFactors;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.TrainingPrecision;
import java.util.Random;
import java.util.function.Function;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Each kind of step by itself against ND4J's kernels, on maps of odd shapes: results, gradients of its parameters, and the
 * gradient of its input, which the parameters of a convolution before it show.
 */
abstract class LayersAgreement {

    /** Values on the way forward and back that bfloat16 rounds: maps, weights, gradients of maps; at most, in any case here. */
    private static final double ROUNDINGS = 12;

    /** What trains the programs; skips the test where it cannot be had. */
    abstract Kernels kernels();

    private void assertSame(ImageShape shape, int features, Function<GraphSketch, String> body) {
        assertSame(shape, features, body, TrainingPrecision.FP32, 1e-5, 1e-4);
        if (kernels().trainsIn(TrainingPrecision.BF16)) {
            // Half a unit in the last of 8 places, each time; independent of the others.
            double noise = Math.sqrt(ROUNDINGS) / 512;
            assertSame(shape, features, body, TrainingPrecision.BF16, noise, 2 * noise);
        }
    }

    private void assertSame(
            ImageShape shape,
            int features,
            Function<GraphSketch, String> body,
            TrainingPrecision precision,
            double ofProbabilities,
            double ofStep) {
        Random random = new Random(7);
        float[] pixels = new float[Math.toIntExact(shape.length())];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        INDArray images = Nd4j.createFromArray(pixels).reshape('c', shape.toArray());
        INDArray labels = Nd4j.zeros(shape.batch(), TinyGraph.CLASSES);
        for (int i = 0; i < shape.batch(); i++) {
            labels.putScalar(i, i % TinyGraph.CLASSES, 0.9); // smoothed
            labels.putScalar(i, (i + 1) % TinyGraph.CLASSES, 0.1);
        }
        float[][] steps = new float[2][];
        float[][] probabilities = new float[2][];
        int i = 0;
        for (Kernels kernels : new Kernels[] {kernels(), Kernels.nd4j()}) {
            ComputationGraph network = TinyGraph.of(shape, features, kernels, body);
            TinyGraph.disturb(network, 5);
            Sgd plain = new Sgd(0, Momentum.CLASSIC, 0, DecayScope.ALL);
            try (Trainer trainer = new Trainer(
                    network,
                    plain,
                    Trainer.NO_CLIPPING,
                    RateFactors.EQUAL,
                    i == 0 ? precision : TrainingPrecision.FP32)) {
                probabilities[i] = SmallNetworks.values(trainer.probabilities(images));
                float[] before = trainer.state().parameters();
                trainer.step(images, labels, 1, 0);
                steps[i] = trainer.state().parameters();
                for (int k = 0; k < before.length; k++) {
                    steps[i][k] -= before[k];
                }
            }
            i++;
        }
        assertThat(difference(probabilities[0], probabilities[1]))
                .as("probabilities in %s", precision)
                .isLessThan(ofProbabilities);
        assertThat(difference(steps[0], steps[1])).as("step in %s", precision).isLessThan(ofStep);
    }

    /** A convolution that shows the gradient that reaches it. */
    private static String first(GraphSketch graph, int inputs, int outputs) {
        return graph.convolution("first", ResNet.IMAGES, inputs, outputs, 1, 1, Bias.NONE);
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
        assertSame(
                new ImageShape(batch, height, width, 3),
                outputs,
                graph -> graph.layer(
                        "second",
                        new Convolution(inputs, outputs, size, stride, padding, bias, InputGradient.NEEDED),
                        first(graph, 3, inputs)));
    }

    @Test
    void aTrialSum() {
        assertThat(kernels().computes()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void batchNorms(Activation activation) {
        assertSame(
                new ImageShape(3, 5, 4, 3),
                19,
                graph -> graph.normalise("norm", first(graph, 3, 19), 19, activation, 1));
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void batchNormsWithSums(Activation activation) {
        assertSame(new ImageShape(3, 5, 4, 3), 19, graph -> {
            String shortcut = first(graph, 3, 19);
            String branch = graph.convolution("branch", ResNet.IMAGES, 3, 19, 3, 1, Bias.NONE);
            return graph.add("sum", activation, graph.normalise("norm", branch, 19, Activation.IDENTITY, 1), shortcut);
        });
    }

    /** Both summands are one value and what it became. */
    @ParameterizedTest
    @EnumSource(Activation.class)
    void residualAddsAndRelus(Activation activation) {
        assertSame(new ImageShape(2, 3, 5, 3), 17, graph -> {
            String maps = first(graph, 3, 17);
            return graph.add("sum", activation, graph.layer("relu", new Relu(), maps), maps);
        });
    }

    @ParameterizedTest
    @CsvSource({"112, 112", "9, 7"})
    void maxPools(int height, int width) {
        assertSame(
                new ImageShape(2, height, width, 3),
                5,
                graph -> graph.layer("pool", new MaxPool(3, 2, 1), first(graph, 3, 5)));
    }

    @ParameterizedTest
    @CsvSource({"2, 32", "1, 32", "2, 16"})
    void padShortcuts(int stride, int outputs) {
        assertSame(
                new ImageShape(3, 9, 8, 3),
                outputs,
                graph -> graph.layer("pad", new PadShortcut(stride, outputs), first(graph, 3, 16)));
    }
}
