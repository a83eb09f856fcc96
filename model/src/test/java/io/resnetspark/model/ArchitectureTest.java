package io.resnetspark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.block.Shortcut;
import io.resnetspark.model.error.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {

    /** torchvision's documentation for ImageNet; He et al. 2015, table 6, for CIFAR; the lecture for its own network. */
    @ParameterizedTest
    @CsvSource({
        "myresnet, 314178",
        "resnet18, 11689512",
        "resnet34, 21797672",
        "resnet50, 25557032",
        "resnet101, 44549160",
        "resnet152, 60192808",
        "cifar-resnet20, 269722",
        "cifar-plain20, 269722",
    })
    void hasThePublishedNumberOfTrainableParameters(String label, long parameters) {
        assertThat(NetworkTable.of(Architecture.named(label).spec()).parameters())
                .isEqualTo(parameters);
    }

    @ParameterizedTest
    @CsvSource({"cifar-resnet32, 0.46", "cifar-resnet44, 0.66", "cifar-resnet56, 0.85", "cifar-resnet110, 1.73"})
    void hasThePublishedMillionsOfParameters(String label, double millions) {
        long parameters = NetworkTable.of(Architecture.named(label).spec()).parameters();
        assertThat(Math.round(parameters / 1e4) / 1e2).isEqualTo(millions);
    }

    @Test
    void plainTwinsDropOnlyTheShortcuts() {
        long projections = 64 * 128 + 128 * 256 + 256 * 512 + 2 * (128 + 256 + 512);
        assertThat(NetworkTable.of(Architecture.PLAIN18.spec()).parameters())
                .isEqualTo(NetworkTable.of(Architecture.RESNET18.spec()).parameters() - projections);
    }

    @Test
    void projectionShortcutsOnCifarAddTheirWeights() {
        ResNetSpec optionA = Architecture.CIFAR_RESNET20.spec();
        long projections = 16 * 32 + 32 * 64 + 2 * (32 + 64);
        assertThat(NetworkTable.of(optionA.withShortcut(Shortcut.PROJECTION)).parameters())
                .isEqualTo(NetworkTable.of(optionA).parameters() + projections);
    }

    @ParameterizedTest
    @CsvSource({
        "myresnet, conv1, '[112, 112, 64]'",
        "myresnet, maxpool, '[56, 56, 64]'",
        "myresnet, layer1.0, '[56, 56, 64]'",
        "myresnet, layer2.0, '[28, 28, 128]'",
        "myresnet, avgpool, '[128]'",
        "myresnet, fc, '[2]'",
        "resnet50, layer4.2, '[7, 7, 2048]'",
        "cifar-resnet110, layer3.17, '[8, 8, 64]'",
    })
    void mapsShrinkAsInTheLectureAndThePapers(String label, String vertex, String shape) {
        NetworkTable table = NetworkTable.of(Architecture.named(label).spec());
        assertThat(table.row(vertex).outputShape()).hasToString(shape);
    }

    /** He et al. 2015, table 1 counts multiply-accumulates of convolutions and the classifier. */
    @ParameterizedTest
    @CsvSource({"resnet18, 1.81", "resnet34, 3.66", "resnet50, 4.09", "resnet101, 7.80", "resnet152, 11.51"})
    void hasThePublishedBillionsOfMultiplyAccumulates(String label, double billions) {
        long multiplyAccumulates =
                NetworkTable.of(Architecture.named(label).spec()).multiplyAccumulates();
        assertThat(multiplyAccumulates / 1e9).isCloseTo(billions, org.assertj.core.data.Offset.offset(0.01));
    }

    @Test
    void anyNumberOfClassesChannelsAndPixels() {
        NetworkTable table = NetworkTable.of(
                Architecture.CIFAR_RESNET20.spec().withClasses(7).withInput(1, 28));
        assertThat(table.row("conv1").outputShape()).hasToString("[28, 28, 16]");
        assertThat(table.row("layer3.0").outputShape()).hasToString("[7, 7, 64]");
        assertThat(table.parameters()).isEqualTo(269722 - 2 * 16 * 9 - 3 * 65);
    }

    @Test
    void refusesImpossibleNetworksAndUnknownNames() {
        assertThatThrownBy(() -> Architecture.named("resnet19"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("resnet18");
        ResNetSpec spec = Architecture.RESNET18.spec();
        assertThatThrownBy(() -> spec.withClasses(1)).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> spec.withInput(3, 16)).hasMessageContaining("at least 32");
    }
}
