package io.resnetspark.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SameNetworkTest {

    @ParameterizedTest
    @EnumSource(Network.class)
    void everySystemHasAsManyTrainedParametersAsThisProject(Network network) {
        long ours = JvmSystem.OURS.parameters(network.spec());

        assertThat(JvmSystem.values()).allSatisfy(system -> assertThat(system.parameters(network.spec()))
                .isEqualTo(ours));
    }

    /** Known from torchvision and from He et al.'s networks with shortcuts of option A. */
    @ParameterizedTest
    @CsvSource({"resnet18, 11689512", "resnet50, 25557032", "cifar-resnet20, 269722"})
    void theNetworkIsThePublishedOne(String network, long parameters) {
        assertThat(JvmSystem.DJL_PYTORCH.parameters(Network.named(network).spec()))
                .isEqualTo(parameters);
    }
}
