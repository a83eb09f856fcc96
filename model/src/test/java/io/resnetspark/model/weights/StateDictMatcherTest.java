package io.resnetspark.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.weights.StateDictMatcher.HeadPolicy;
import io.resnetspark.model.weights.StateDictMatcher.Match;
import io.resnetspark.model.weights.StateDictMatcher.NewHead;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StateDictMatcherTest {

    private static final Map<String, long[]> NETWORK = network(10);

    @ParameterizedTest
    @EnumSource(HeadPolicy.class)
    void fittingWeightsComeBackInTheNetworksOrder(HeadPolicy policy) {
        StateDict file = weights("fc.bias", 10, "fc.weight", 10, "bn1.running_mean", 4, "conv1.weight", 4);

        Match match = StateDictMatcher.match(NETWORK, file, policy, "f.pth");

        assertThat(match.newHead()).isEmpty();
        assertThat(match.weights().names())
                .containsExactly("conv1.weight", "bn1.running_mean", "bn1.num_batches_tracked", "fc.weight", "fc.bias");
        assertThat(match.weights().tensor("conv1.weight")).isSameAs(file.tensor("conv1.weight"));
        assertThat(match.weights().tensor("bn1.num_batches_tracked").data()).containsExactly(0);
    }

    @Test
    void everyProblemIsInOneMessage() {
        StateDict file = weights("conv1.weight", 5, "conv9.weight", 1, "fc.weight", 10, "bn9.num_batches_tracked", 1);

        assertThatThrownBy(() -> StateDictMatcher.match(NETWORK, file, HeadPolicy.REQUIRE, "f.pth"))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("f.pth")
                .hasMessageContaining("conv1.weight has shape [5, 2], the network needs [4, 2]")
                .hasMessageContaining("missing bn1.running_mean [4]")
                .hasMessageContaining("missing fc.bias [10]")
                .hasMessageContaining("unexpected conv9.weight [1, 2]")
                .message()
                .doesNotContain("num_batches_tracked");
    }

    @Test
    void headForOtherClassesIsReplacedOnlyWhenAllowed() {
        StateDict file = weights("conv1.weight", 4, "bn1.running_mean", 4, "fc.weight", 1000, "fc.bias", 1000);

        Match match = StateDictMatcher.match(NETWORK, file, HeadPolicy.REPLACE, "f.pth");

        assertThat(match.newHead()).contains(new NewHead(1000, 10));
        assertThat(match.weights().names())
                .containsExactly("conv1.weight", "bn1.running_mean", "bn1.num_batches_tracked");
        assertThatThrownBy(() -> StateDictMatcher.match(NETWORK, file, HeadPolicy.REQUIRE, "f.pth"))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("fc.weight has shape [1000, 2], the network needs [10, 2]");
    }

    @Test
    void backboneWithoutHeadGetsANewOne() {
        StateDict file = weights("conv1.weight", 4, "bn1.running_mean", 4);

        Match match = StateDictMatcher.match(NETWORK, file, HeadPolicy.REPLACE, "f.pth");

        assertThat(match.newHead()).contains(new NewHead(0, 10));
    }

    @Test
    void headOnOtherFeaturesIsNeverReplaced() {
        Map<String, long[]> wider = network(10);
        wider.put("fc.weight", new long[] {10, 3});
        StateDict file = weights("conv1.weight", 4, "bn1.running_mean", 4, "fc.weight", 1000, "fc.bias", 1000);

        assertThatThrownBy(() -> StateDictMatcher.match(wider, file, HeadPolicy.REPLACE, "f.pth"))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("fc.weight has shape [1000, 2], the network needs [10, 3]");
    }

    @Test
    void namesOfOtherImplementationsAreMapped() {
        Map<String, long[]> network = network(10);
        network.put("layer2.0.downsample.0.weight", new long[] {8, 2});
        StateDict file = weights(
                "conv1.weight",
                4,
                "bn1.running_mean",
                4,
                "layer2.0.shortcut.0.weight",
                8,
                "linear.weight",
                10,
                "linear.bias",
                10);

        Match match = StateDictMatcher.match(network, file, HeadPolicy.REQUIRE, "f.th");

        assertThat(match.weights().tensor("fc.bias")).isSameAs(file.tensor("linear.bias"));
        assertThat(match.weights().tensor("layer2.0.downsample.0.weight"))
                .isSameAs(file.tensor("layer2.0.shortcut.0.weight"));
    }

    private static Map<String, long[]> network(int classes) {
        Map<String, long[]> network = new LinkedHashMap<>();
        network.put("conv1.weight", new long[] {4, 2});
        network.put("bn1.running_mean", new long[] {4});
        network.put("bn1.num_batches_tracked", new long[] {});
        network.put("fc.weight", new long[] {classes, 2});
        network.put("fc.bias", new long[] {classes});
        return network;
    }

    /** Names with their first size; {@code .weight}s have a second size of 2. */
    private static StateDict weights(Object... namesAndSizes) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < namesAndSizes.length; i += 2) {
            String name = (String) namesAndSizes[i];
            int size = (Integer) namesAndSizes[i + 1];
            tensors.put(
                    name,
                    name.endsWith(".weight")
                            ? Tensor.of(new float[2 * size], size, 2)
                            : Tensor.of(new float[size], size));
        }
        return new StateDict(tensors);
    }
}
