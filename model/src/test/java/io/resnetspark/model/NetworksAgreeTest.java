package io.resnetspark.model;

import static io.resnetspark.model.RelativeDifference.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.onednn.OneDnnKernels;
import io.resnetspark.model.layer.BatchNorm;
import io.resnetspark.model.layer.Freezable;
import io.resnetspark.model.weights.StateDict;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The fast kernels against the portable ones in every whole network: outputs, gradients and running statistics. */
class NetworksAgreeTest {

    private static final int IMAGES = 4;

    @BeforeAll
    static void needsOneDnn() {
        assumeTrue(OneDnnKernels.available(), "oneDNN is not available on this platform");
    }

    private record Outcome(float[] logits, float[] gradient, float[] parameters) {}

    /** Whether batch norms learn, or use and keep the running statistics. */
    private enum BatchNorms {
        TRAINED,
        FROZEN
    }

    private static Outcome outcome(ResNetSpec spec, BatchNorms norms, Kernels kernels) {
        ComputationGraph network = ResNet.create(spec, 0, kernels);
        StateDict weights = SmallNetworks.weights(spec, 2);
        NetworkWeights.load(network, weights);
        for (Layer layer : network.getLayers()) {
            if (norms == BatchNorms.FROZEN && layer.conf().getLayer() instanceof BatchNorm) {
                ((Freezable) layer).freeze();
            }
        }
        INDArray images = SmallNetworks.batch(spec, SmallNetworks.images(spec, IMAGES, 3));
        float[] logits = SmallNetworks.values(network.feedForward(images, false).get(ResNet.LOGITS));
        float[] gradient = TinyGraph.gradient(network, images, SmallNetworks.labels(spec, IMAGES));
        return new Outcome(logits, gradient, FlatVector.copyOf(network.params()));
    }

    /**
     * With the running statistics in the batch norms: with a small batch's own, a deep network multiplies differences of
     * rounding until two runs of the same kernels would not agree.
     */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void outputsAndGradientsOfEveryArchitecture(Architecture architecture) {
        ResNetSpec spec = SmallNetworks.spec(architecture);
        Outcome fast = outcome(spec, BatchNorms.FROZEN, Kernels.oneDnn());
        Outcome portable = outcome(spec, BatchNorms.FROZEN, Kernels.nd4j());
        assertThat(difference(fast.logits(), portable.logits())).as("logits").isLessThan(1e-5);
        assertThat(difference(fast.gradient(), portable.gradient()))
                .as("gradient")
                .isLessThan(2e-5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cifar-resnet20+norm=none", "cifar-plain20+norm=none", "cifar-resnet20+widths=5-11-22"})
    void outputsAndGradientsOfVariations(String name) {
        ResNetSpec spec = NetworkName.parse(name).spec().withClasses(5).withInput(3, 8);
        Outcome fast = outcome(spec, BatchNorms.FROZEN, Kernels.oneDnn());
        Outcome portable = outcome(spec, BatchNorms.FROZEN, Kernels.nd4j());
        assertThat(difference(fast.logits(), portable.logits())).as("logits").isLessThan(1e-5);
        assertThat(difference(fast.gradient(), portable.gradient()))
                .as("gradient")
                .isLessThan(2e-5);
    }

    @ParameterizedTest
    @EnumSource(
            value = Architecture.class,
            names = {"MYRESNET", "RESNET18", "RESNET50", "PLAIN18", "CIFAR_RESNET20", "CIFAR_PLAIN20"})
    void outputsGradientsAndRunningStatisticsInTraining(Architecture architecture) {
        ResNetSpec spec = SmallNetworks.shallow(architecture);
        Outcome fast = outcome(spec, BatchNorms.TRAINED, Kernels.oneDnn());
        Outcome portable = outcome(spec, BatchNorms.TRAINED, Kernels.nd4j());
        assertThat(difference(fast.gradient(), portable.gradient()))
                .as("gradient")
                .isLessThan(2e-5);
        assertThat(difference(fast.parameters(), portable.parameters()))
                .as("running statistics")
                .isLessThan(1e-6);
    }
}
