package io.resnetspark.model.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.TinyGraph;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.ImageShape;
import java.util.Arrays;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Softmax and cross-entropy by hand: the logits 0, ln 2 and ln 5 have the probabilities 1/8, 2/8 and 5/8. */
class SoftmaxCrossEntropyTest {

    private static final float LN2 = (float) Math.log(2);
    private static final float LN5 = (float) Math.log(5);

    /** The pixel becomes the logits: one channel a class, the head the identity. */
    private final ComputationGraph network = TinyGraph.of(
            new ImageShape(1, 1, 1, 3),
            3,
            Kernels.ofThisProcess(),
            graph -> graph.layer("same", new PadShortcut(1, 3), ResNet.IMAGES));

    SoftmaxCrossEntropyTest() {
        network.getLayer(ResNet.LOGITS).setParam("weight", Nd4j.eye(3));
        network.getLayer(ResNet.LOGITS).setParam("bias", Nd4j.zeros(3));
    }

    private static INDArray logits(float... values) {
        return Nd4j.createFromArray(values).reshape('c', values.length / 3, 1, 1, 3);
    }

    private static INDArray labels(float... values) {
        return Nd4j.createFromArray(values).reshape('c', values.length / 3, 3);
    }

    private float[] biasGradient(INDArray logits, INDArray labels) {
        float[] gradient = TinyGraph.gradient(network, logits, labels);
        ParameterLayout layout = ParameterLayout.of(network);
        return Arrays.copyOfRange(gradient, layout.length() - 3, layout.length());
    }

    private ClassificationLoss loss() {
        return (ClassificationLoss) network.getLayer(ResNet.LOSS);
    }

    @Test
    void outputsAreProbabilities() {
        assertThat(SmallNetworks.values(network.outputSingle(logits(0, LN2, LN5))))
                .containsExactly(new float[] {1 / 8f, 2 / 8f, 5 / 8f}, within(1e-6f));
    }

    @Test
    void lossIsTheSumAndItsGradientProbabilitiesMinusLabels() {
        INDArray images = logits(0, LN2, LN5, 0, LN2, LN5);
        float[] gradient = biasGradient(images, labels(0, 1, 0, 0, 0, 1));
        assertThat(gradient).containsExactly(new float[] {2 / 8f, 4 / 8f - 1, 10 / 8f - 1}, within(1e-6f));
        assertThat(loss().lossSum()).isCloseTo(Math.log(4) + Math.log(8 / 5.0), within(1e-6));
        assertThat(loss().correct()).isEqualTo(1);
        assertThat(network.score()).isCloseTo((Math.log(4) + Math.log(8 / 5.0)) / 2, within(1e-6));
    }

    @Test
    void softLabelsWeighTheClasses() {
        float[] gradient = biasGradient(logits(0, LN2, LN5), labels(0.4f, 0, 0.6f));
        assertThat(gradient).containsExactly(new float[] {1 / 8f - 0.4f, 2 / 8f, 5 / 8f - 0.6f}, within(1e-6f));
        assertThat(loss().lossSum()).isCloseTo(0.4 * Math.log(8) + 0.6 * Math.log(8 / 5.0), within(1e-6));
        assertThat(loss().correct())
                .as("the largest logit at the largest label")
                .isEqualTo(1);
    }

    /** A row that adds up to three counts three times. */
    @Test
    void rowsWeighWhatTheyAddUpTo() {
        float[] gradient = biasGradient(logits(0, LN2, LN5), labels(0, 3, 0));
        assertThat(gradient).containsExactly(new float[] {3 / 8f, 3 * (2 / 8f - 1), 15 / 8f}, within(1e-6f));
        assertThat(loss().lossSum()).isCloseTo(3 * Math.log(4), within(1e-6));
        assertThat(loss().correct()).isZero();
    }

    @Test
    void hugeLogitsStayFinite() {
        float[] gradient = biasGradient(logits(1000, -1000, 0), labels(0, 1, 0));
        assertThat(gradient).containsExactly(1, -1, 0);
        assertThat(loss().lossSum()).isEqualTo(2000);
    }

    @Test
    void scoresBelongToTheDataTheyAreAskedFor() {
        biasGradient(logits(9, 0, 0), labels(0, 0, 1));
        DataSet data = new DataSet(logits(0, LN2, LN5), labels(0, 1, 0));
        assertThat(network.score(data, true)).isCloseTo(Math.log(4), within(1e-6));
        assertThat(network.score(data, false)).isCloseTo(Math.log(4), within(1e-6));
    }
}
