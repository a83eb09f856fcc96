package io.resnetspark.model.gpu.cudnn;

import static io.resnetspark.model.RelativeDifference.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkName;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.inference.NetworkClassifier;
import io.resnetspark.model.inference.SharedNetwork;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.weights.StateDict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folded networks on an emulated device against ND4J's. */
class CudnnInferenceTest {

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void everyArchitecture(Architecture architecture) {
        assertSame(SmallNetworks.spec(architecture));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cifar-resnet20+norm=none", "cifar-resnet20+widths=5-11-22"})
    void variations(String name) {
        assertSame(NetworkName.parse(name).spec().withClasses(5).withInput(3, 8));
    }

    /** In bfloat16 logits move by a part in a hundred or so; what a device has no instructions for is refused. */
    @Test
    void inBfloat16() {
        ResNetSpec spec = SmallNetworks.shallow(Architecture.RESNET50);
        StateDict weights = SmallNetworks.weights(spec, 5);
        float[] images = SmallNetworks.images(spec, 5, 6);
        EmulatedDevice device = EmulatedDevice.open();
        float[][] logits = new float[2][];
        Kernels.bind(new CudnnKernels(device));
        try {
            SharedNetwork network = SharedNetwork.of(spec, weights);
            int i = 0;
            for (InferencePrecision precision : List.of(InferencePrecision.FP32, InferencePrecision.BF16)) {
                try (NetworkClassifier classifier =
                        network.in(precision, Optional.empty()).classifier(2)) {
                    logits[i++] = classifier.logits(images, 5);
                }
            }
            assertThatThrownBy(() -> network.in(InferencePrecision.INT8, Optional.empty()))
                    .isInstanceOf(ConfigurationException.class);
        } finally {
            Kernels.unbind();
        }
        assertThat(difference(logits[1], logits[0])).isBetween(1e-4, 3e-2);
        assertThat(device.pieces()).isZero();
    }

    private static void assertSame(ResNetSpec spec) {
        StateDict weights = SmallNetworks.weights(spec, 5);
        float[] images = SmallNetworks.images(spec, 5, 6);
        EmulatedDevice device = EmulatedDevice.open();
        float[] actual;
        try (NetworkClassifier classifier = NetworkClassifier.create(spec, weights, 2, new CudnnKernels(device))) {
            actual = classifier.logits(images, 5);
        }
        assertThat(device.pieces()).as("pieces of memory left").isZero();
        try (NetworkClassifier classifier = NetworkClassifier.create(spec, weights, 2, Kernels.nd4j())) {
            float[] expected = classifier.logits(images, 5);
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).isCloseTo(expected[i], within(2e-4f * Math.max(1, Math.abs(expected[i]))));
            }
        }
    }
}
