package io.resnetspark.pipeline.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.pipeline.training.loop.SmallTraining;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a configuration of a training refuses before anything is opened. */
class TrainConfigTest {

    private static TrainConfig freezing(String network, String... stages) {
        TrainConfig base = SmallTraining.config("data", "run", 1, 0.1, OnDivergence.standard());
        return base.withModel(base.model().withArch(network).withFreeze(List.of(stages)));
    }

    @Test
    void somethingMustBeLeftToTrain() {
        assertThat(freezing("resnet18", "stem", "layer4", "batchnorm").model().freeze())
                .hasSize(3);
        assertThatThrownBy(() -> freezing("resnet18", "backbone", "fc"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing to train");
        assertThatThrownBy(() -> freezing("cifar-resnet20", "stem", "layer1", "layer2", "layer3", "fc"))
                .hasMessageContaining("nothing to train");
    }

    @Test
    void stagesMustExist() {
        assertThatThrownBy(() -> freezing("cifar-resnet20", "layer4"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer4");
        assertThatThrownBy(() -> freezing("cifar-resnet20+norm=none", "batchnorm"))
                .hasMessageContaining("batchnorm");
    }
}
