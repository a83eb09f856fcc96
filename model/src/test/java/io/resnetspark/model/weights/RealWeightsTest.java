package io.resnetspark.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.BadDataException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Published files against their conversion to safetensors by PyTorch. */
@EnabledIfEnvironmentVariable(
        named = "RESNET_TEST_DATA",
        matches = ".+",
        disabledReason = "needs published weights: set RESNET_TEST_DATA")
class RealWeightsTest {

    private static Path weights(String name) {
        return Path.of(System.getenv("RESNET_TEST_DATA"), "weights", name);
    }

    @Test
    void legacyFormatEqualsItsConversion() {
        StateDict original = WeightsFile.read(weights("resnet20-12fca82f.th"));

        assertThat(original).isEqualTo(WeightsFile.read(weights("resnet20-12fca82f.safetensors")));
        assertThat(original.names()).contains("conv1.weight", "layer1.0.conv1.weight", "linear.bias");
        assertThat(original.tensor("conv1.weight").shape()).containsExactly(16, 3, 3, 3);
        assertThat(original.tensor("linear.weight").shape()).containsExactly(10, 64);
        long parameters = original.asMap().entrySet().stream()
                .filter(entry -> !entry.getKey().contains("running_"))
                .mapToLong(entry -> entry.getValue().size())
                .sum();
        assertThat(parameters).isEqualTo(269_722);
    }

    @Test
    void zipFormatEqualsItsConversion() {
        StateDict original = WeightsFile.read(weights("ktb_resnet18_small.pth"));

        assertThat(original).isEqualTo(WeightsFile.read(weights("ktb_resnet18_small.safetensors")));
        assertThat(original.tensor("conv1.weight").shape()).containsExactly(64, 3, 7, 7);
        assertThat(original.tensor("fc.weight").shape()).containsExactly(1000, 512);
        assertThat(original.tensor("layer4.1.bn2.num_batches_tracked").shape()).isEmpty();
        assertThat(original.asMap().values()).noneMatch(tensor -> hasNotFinite(tensor.data()));
    }

    private static boolean hasNotFinite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return true;
            }
        }
        return false;
    }

    @ParameterizedTest
    @CsvSource({
        "resnet18-f37072fd.TRUNCATED-579901.pth, zip",
        "resnet18-5c106cde.TRUNCATED-1048576.pth, tar",
    })
    void truncatedFilesAreRefusedByNameAndReason(String name, String format) {
        Path file = weights("broken").resolve(name);

        assertThatThrownBy(() -> WeightsFile.read(file))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("truncated " + format);
    }

    @ParameterizedTest
    @CsvSource({"schoyc_cifar10_ResNet20v1_model.h5, HDF5", "Amandashi95_resnet20.onnx, ONNX"})
    void otherFormatsAreNamed(String name, String reason) {
        assertThatThrownBy(() -> WeightsFile.read(weights(name)))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining(reason);
    }
}
