package io.resnetspark.model.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.Classifier;
import io.resnetspark.model.NetworkName;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A folded network computes what its graph computes. */
class NetworkClassifierTest {

    private static final int IMAGES = 3;

    private final ResNetSpec resNet20 = SmallNetworks.spec(Architecture.CIFAR_RESNET20);

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void hasTheLogitsOfTheUnfoldedGraph(Architecture architecture) {
        assertSameLogits(SmallNetworks.spec(architecture));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cifar-resnet20+norm=none", "cifar-plain20+norm=none", "cifar-resnet20+widths=5-11-22"})
    void hasTheLogitsOfVariations(String name) {
        assertSameLogits(NetworkName.parse(name).spec().withClasses(5).withInput(3, 8));
    }

    private static void assertSameLogits(ResNetSpec spec) {
        StateDict weights = SmallNetworks.weights(spec, 5);
        float[] images = SmallNetworks.images(spec, IMAGES, 6);
        ComputationGraph graph = ResNet.create(spec, 0, Kernels.nd4j());
        NetworkWeights.load(graph, weights);
        float[] expected = SmallNetworks.values(
                graph.feedForward(SmallNetworks.batch(spec, images), false).get(ResNet.LOGITS));

        assertThat(range(expected, 0, spec.classes()))
                .as("logits that depend on the image")
                .isNotEqualTo(range(expected, spec.classes(), 2 * spec.classes()));
        for (Kernels kernels : new Kernels[] {Kernels.ofThisProcess(), Kernels.nd4j()}) {
            try (NetworkClassifier classifier = NetworkClassifier.create(spec, weights, IMAGES, kernels)) {
                assertThat(classifier.classes()).isEqualTo(spec.classes());
                assertClose(classifier.logits(images, IMAGES), expected, kernels.description());
            }
        }
    }

    /** The head is linear: its weights over the embeddings are the logits. */
    @Test
    void embeddingsAreWhatTheHeadReads() {
        StateDict weights = SmallNetworks.weights(resNet20, 3);
        float[] head = weights.tensor("fc.weight").data();
        float[] bias = weights.tensor("fc.bias").data();
        float[] images = SmallNetworks.images(resNet20, 5, 4);
        for (Kernels kernels : new Kernels[] {Kernels.ofThisProcess(), Kernels.nd4j()}) {
            try (NetworkClassifier classifier = NetworkClassifier.create(resNet20, weights, 2, kernels)) {
                int width = classifier.embeddingLength();
                assertThat(width).isEqualTo(head.length / resNet20.classes());
                Classifier.Outputs answers = classifier.classify(images, 5);
                float[] expected = new float[5 * resNet20.classes()];
                for (int i = 0; i < expected.length; i++) {
                    int row = i % resNet20.classes() * width;
                    expected[i] = bias[i % resNet20.classes()];
                    for (int k = 0; k < width; k++) {
                        expected[i] += head[row + k] * answers.embeddings()[i / resNet20.classes() * width + k];
                    }
                }
                assertClose(answers.logits(), expected, kernels.description());
            }
        }
    }

    @Test
    void threadsThatShareWeightsSayWhatOneSaysAlone() throws Exception {
        StateDict weights = SmallNetworks.weights(resNet20, 7);
        float[] images = SmallNetworks.images(resNet20, 8, 8);
        float[] expected;
        try (NetworkClassifier alone = NetworkClassifier.create(resNet20, weights, 4)) {
            expected = alone.logits(images, 8);
        }
        SharedNetwork shared = SharedNetwork.of(resNet20, weights);
        Callable<Void> task = () -> {
            for (int opening = 0; opening < 5; opening++) { // weights come and go with their users
                try (NetworkClassifier classifier = shared.classifier(4)) {
                    for (int run = 0; run < 20; run++) {
                        assertThat(classifier.logits(images, 8)).isEqualTo(expected);
                    }
                }
            }
            return null;
        };
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (Future<Void> result : threads.invokeAll(List.of(task, task, task))) {
                result.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void batchesOfAnySizeHaveTheLogitsOfSingleImages() {
        StateDict weights = SmallNetworks.weights(resNet20, 1);
        int most = 11;
        float[] images = SmallNetworks.images(resNet20, most, 2);
        float[] expected = new float[most * resNet20.classes()];
        try (NetworkClassifier single = NetworkClassifier.create(resNet20, weights, 1)) {
            int length = images.length / most;
            for (int i = 0; i < most; i++) {
                float[] logits = single.logits(range(images, i * length, (i + 1) * length), 1);
                System.arraycopy(logits, 0, expected, i * resNet20.classes(), resNet20.classes());
            }
        }
        for (Kernels kernels : new Kernels[] {Kernels.ofThisProcess(), Kernels.nd4j()}) {
            try (NetworkClassifier classifier = NetworkClassifier.create(resNet20, weights, 4, kernels)) {
                for (int count : new int[] {most, 1, 4, 5, 0}) {
                    float[] logits = classifier.logits(images, count);
                    assertClose(logits, range(expected, 0, count * resNet20.classes()), kernels.description());
                }
            }
        }
    }

    @Test
    void namesTheParameterThatIsMissingOrMisshapen() {
        StateDict weights = SmallNetworks.weights(resNet20, 1);
        Map<String, Tensor> fewer = new LinkedHashMap<>(weights.asMap());
        fewer.remove("layer2.0.bn1.running_var");
        assertThatThrownBy(() -> NetworkClassifier.create(resNet20, new StateDict(fewer), 1))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("layer2.0.bn1.running_var");
        assertThatThrownBy(() -> NetworkClassifier.create(resNet20.withClasses(7), weights, 1))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("fc.weight");
    }

    @Test
    void refusesToRunOnceClosed() {
        StateDict weights = SmallNetworks.weights(resNet20, 1);
        float[] images = SmallNetworks.images(resNet20, 1, 2);
        for (Kernels kernels : new Kernels[] {Kernels.ofThisProcess(), Kernels.nd4j()}) {
            NetworkClassifier classifier = NetworkClassifier.create(resNet20, weights, 1, kernels);
            classifier.close();
            classifier.close();
            assertThatThrownBy(() -> classifier.logits(images, 1)).isInstanceOf(IllegalStateException.class);
        }
    }

    private static float[] range(float[] values, int from, int to) {
        return Arrays.copyOfRange(values, from, to);
    }

    private static void assertClose(float[] actual, float[] expected, String description) {
        assertThat(actual).hasSameSizeAs(expected);
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("%s, logit %d", description, i).isCloseTo(expected[i], within(1e-4f * largest));
        }
    }
}
