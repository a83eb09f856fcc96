package io.resnetspark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkNameTest {

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void anArchitecturesNameIsTheArchitecture(Architecture architecture) {
        assertThat(NetworkName.parse(architecture.label()).spec()).isEqualTo(architecture.spec());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cifar-resnet20",
                "cifar-plain20+norm=none",
                "cifar-resnet20+blocks=6-6-6+widths=11-22-44",
                "resnet18+blocks=1-1+widths=8-12+norm=none",
            })
    void isWrittenAsItIsRead(String name) {
        assertThat(NetworkName.parse(name)).hasToString(name);
        assertThat(NetworkName.parse(name).spec().architecture()).isEqualTo(name);
    }

    /** Per convolution: a bias replaces scale and shift, so as many parameters less as there are channels. */
    @Test
    void withoutBatchNormEveryConvolutionHasABias() {
        ResNetSpec normalised = NetworkName.parse("cifar-resnet20").spec();
        ResNetSpec plain = NetworkName.parse("cifar-resnet20+norm=none").spec();
        assertThat(NetworkTable.of(plain).parameters())
                .isEqualTo(NetworkTable.of(normalised).parameters() - (16 + 6 * (16 + 32 + 64)));
        assertThat(NetworkTable.of(plain).rows()).noneMatch(row -> row.kind().equals("BatchNorm"));
    }

    /** Six blocks a stage: 2 x 18 convolutions, the stem's and the classifier. */
    @Test
    void blocksAndWidthsAreFree() {
        ResNetSpec deep = NetworkName.parse("cifar-resnet20+blocks=6-6-6").spec();
        assertThat(NetworkTable.of(deep).rows().stream()
                        .filter(row ->
                                row.kind().equals("Convolution") || row.kind().equals("Linear")))
                .hasSize(38);
        assertThat(deep.widths()).isEqualTo(List.of(16, 32, 64));
        NetworkTable thin = NetworkTable.of(
                NetworkName.parse("cifar-resnet20+widths=5-11-23").spec());
        assertThat(thin.row("layer2.0").outputShape()).hasToString("[16, 16, 11]");
        assertThat(thin.row("layer3.2").outputShape()).hasToString("[8, 8, 23]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cifar-resnet21",
                "cifar-resnet20+depth=3",
                "cifar-resnet20+widths=a-b",
                "cifar-resnet20+widths=16-32",
                "cifar-resnet20+widths=16-8-4",
                "cifar-resnet20+norm=layer",
                "cifar-resnet20+"
            })
    void refusesWhatNamesNoNetwork(String name) {
        assertThatThrownBy(() -> NetworkName.parse(name).spec()).isInstanceOf(ConfigurationException.class);
    }
}
