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
import org.junit.jupiter.params.provider.ValueSource;

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

    /** PyTorch Lightning: the network is an attribute of the module, beside whatever else has a state. */
    @ParameterizedTest
    @ValueSource(strings = {"model.", "net.", "backbone.", "student.encoder."})
    void thePrefixUnderWhichAllFitsIsFoundAndSaid(String prefix) {
        StateDict file = weights(
                prefix + "conv1.weight",
                4,
                prefix + "bn1.running_mean",
                4,
                prefix + "fc.weight",
                10,
                prefix + "fc.bias",
                10,
                "criterion.weight",
                10);

        Match match = StateDictMatcher.match(NETWORK, file, HeadPolicy.REQUIRE, "last.ckpt");

        assertThat(match.weights().tensor("fc.bias")).isSameAs(file.tensor(prefix + "fc.bias"));
        assertThat(match.notes())
                .containsExactly(
                        "the network lies under the prefix " + prefix,
                        "left out what lies outside of it: criterion.weight");
        assertThat(StateDictMatcher.classes(file, "last.ckpt")).hasValue(10);
    }

    @Test
    void twoNetworksThatFitAreNotChosenFrom() {
        StateDict file = weights(
                "teacher.conv1.weight",
                4,
                "teacher.bn1.running_mean",
                4,
                "student.conv1.weight",
                4,
                "student.bn1.running_mean",
                4);

        assertThatThrownBy(() -> StateDictMatcher.match(NETWORK, file, HeadPolicy.REPLACE, "f.ckpt"))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("2 networks")
                .hasMessageContaining("student., teacher.");
    }

    @Test
    void whatDoesNotFitUnderItsPrefixIsToldWithoutIt() {
        StateDict file = weights("model.conv1.weight", 5, "model.bn1.running_mean", 4);

        assertThatThrownBy(() -> StateDictMatcher.match(NETWORK, file, HeadPolicy.REQUIRE, "f.ckpt"))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("conv1.weight has shape [5, 2], the network needs [4, 2]")
                .hasMessageContaining("missing fc.bias [10]")
                .message()
                .doesNotContain("unexpected");
    }

    @Test
    void countersOfProfilersAndAveragesAreIgnoredAndSaid() {
        StateDict file = weights(
                "total_ops",
                1,
                "total_params",
                1,
                "conv1.total_ops",
                1,
                "n_averaged",
                1,
                "conv1.weight",
                4,
                "bn1.running_mean",
                4,
                "fc.weight",
                10,
                "fc.bias",
                10);

        Match match = StateDictMatcher.match(NETWORK, file, HeadPolicy.REQUIRE, "f.pth");

        assertThat(match.notes())
                .containsExactly("ignored 4 tensors that are no weights: n_averaged, total_ops, total_params");
    }

    /** transformers/models/resnet/modeling_resnet.py; alone and as the part of a module. */
    @ParameterizedTest
    @ValueSource(strings = {"", "model."})
    void namesOfHuggingFaceAreMapped(String prefix) {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("resnet.embedder.embedder.convolution.weight", "conv1.weight");
        names.put("resnet.embedder.embedder.normalization.running_mean", "bn1.running_mean");
        names.put("resnet.embedder.embedder.normalization.num_batches_tracked", "bn1.num_batches_tracked");
        names.put("resnet.encoder.stages.0.layers.0.layer.0.convolution.weight", "layer1.0.conv1.weight");
        names.put("resnet.encoder.stages.0.layers.0.layer.1.normalization.bias", "layer1.0.bn2.bias");
        names.put("resnet.encoder.stages.3.layers.2.layer.2.convolution.weight", "layer4.2.conv3.weight");
        names.put("resnet.encoder.stages.1.layers.0.shortcut.convolution.weight", "layer2.0.downsample.0.weight");
        names.put("resnet.encoder.stages.1.layers.0.shortcut.normalization.weight", "layer2.0.downsample.1.weight");
        names.put("classifier.1.weight", "fc.weight");
        names.put("classifier.1.bias", "fc.bias");
        Map<String, long[]> network = new LinkedHashMap<>();
        Map<String, Tensor> file = new LinkedHashMap<>();
        names.forEach((theirs, ours) -> {
            network.put(ours, new long[] {3, 2});
            file.put(prefix + theirs, Tensor.of(new float[] {file.size(), 0, 0, 0, 0, 0}, 3, 2));
        });
        StateDict weights = new StateDict(file);

        Match match = StateDictMatcher.match(network, weights, HeadPolicy.REQUIRE, "model.safetensors");

        names.forEach(
                (theirs, ours) -> assertThat(match.weights().tensor(ours)).isSameAs(weights.tensor(prefix + theirs)));
        assertThat(StateDictMatcher.classes(weights, "model.safetensors")).hasValue(3);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void valuesThatAreNotFiniteAreRefusedByTensor(float value) {
        Map<String, Tensor> file =
                new LinkedHashMap<>(weights("conv1.weight", 4, "bn1.running_mean", 4, "fc.weight", 10, "fc.bias", 10)
                        .asMap());
        file.put("conv1.weight", Tensor.of(new float[] {1, 2, 3, value, 5, 6, 7, value}, 4, 2));

        for (HeadPolicy policy : HeadPolicy.values()) {
            assertThatThrownBy(() -> StateDictMatcher.match(NETWORK, new StateDict(file), policy, "f.pth"))
                    .isInstanceOf(BadDataException.class)
                    .hasMessageContaining("f.pth")
                    .hasMessageContaining("conv1.weight has 2 of 8 values that are not finite");
        }
    }

    @Test
    void variancesBelowZeroAreRefusedAndZeroIsNot() {
        Map<String, long[]> network = Map.of("bn1.running_var", new long[] {3});
        StateDict zero = new StateDict(Map.of("bn1.running_var", Tensor.of(new float[] {0, 1, 2}, 3)));
        StateDict below = new StateDict(Map.of("bn1.running_var", Tensor.of(new float[] {0, -1e-9f, 2}, 3)));

        assertThat(StateDictMatcher.match(network, zero, HeadPolicy.REQUIRE, "f.pth")
                        .weights())
                .isEqualTo(zero);
        assertThatThrownBy(() -> StateDictMatcher.match(network, below, HeadPolicy.REQUIRE, "f.pth"))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("bn1.running_var has 1 of 3 variances below zero");
    }

    @Test
    void classifierOfAnImpossibleShapeIsRefused() {
        for (long[] shape : new long[][] {{10}, {1, 5}, {1 << 30, 0}, {}}) {
            float[] values = new float[(int) Tensor.elements(shape)];
            StateDict file = new StateDict(Map.of("fc.weight", new Tensor(shape, values)));
            assertThatThrownBy(() -> StateDictMatcher.classes(file, "f.pth"))
                    .isInstanceOf(BadDataException.class)
                    .hasMessageContaining("fc.weight");
        }
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
