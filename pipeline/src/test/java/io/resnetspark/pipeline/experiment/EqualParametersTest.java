package io.resnetspark.pipeline.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.error.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EqualParametersTest {

    @ParameterizedTest
    @ValueSource(strings = {"cifar-resnet20", "cifar-plain20", "cifar-resnet56", "cifar-plain20+norm=none"})
    void networksOfAnyDepthHaveTheSameParametersWithinOnePerCent(String name) {
        NetworkName original = NetworkName.parse(name);
        EqualParameters equal = new EqualParameters(original);
        long wanted = EqualParameters.parameters(original);
        for (int blocks : new int[] {1, 2, 3, 5, 9}) {
            NetworkName found = equal.withBlocks(blocks);
            assertThat(found.spec().blocks()).containsOnly(blocks).hasSize(3);
            double difference = (double) EqualParameters.parameters(found) / wanted - 1;
            assertThat(Math.abs(difference)).as(found.toString()).isLessThanOrEqualTo(0.01);
            List<Integer> widths = found.spec().widths();
            double first = (double) widths.get(0) / original.spec().widths().get(0);
            double last = (double) widths.get(2) / original.spec().widths().get(2);
            assertThat(last / first).as("nearly proportional: " + widths).isBetween(0.8, 1.25);
        }
    }

    @Test
    void theOriginalDepthIsTheOriginalNetwork() {
        NetworkName original = NetworkName.parse("cifar-resnet20");
        NetworkName found = new EqualParameters(original).withBlocks(3);
        assertThat(found.spec().widths()).isEqualTo(original.spec().widths());
    }

    @Test
    void saysSoWhenNoWidthsFit() {
        EqualParameters equal = new EqualParameters(NetworkName.parse("cifar-resnet20+widths=1-1-1+blocks=1-1-1"));
        assertThatThrownBy(() -> equal.withBlocks(40))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("fewer blocks");
    }
}
