package io.resnetspark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.inference.NetworkClassifier;
import io.resnetspark.model.inference.RangeCalibration;
import io.resnetspark.model.inference.SharedNetwork;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.program.Quantization;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.StateDictMatcher;
import io.resnetspark.model.weights.StateDictMatcher.HeadPolicy;
import io.resnetspark.model.weights.WeightsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Published weights give the logits that PyTorch computes with them. */
class GoldenLogitsTest {

    private static ComputationGraph network(ResNetSpec spec, String weights, Kernels kernels) {
        ComputationGraph network = ResNet.create(spec, 0, kernels);
        StateDict file = WeightsFile.read(TestData.path("weights/" + weights));
        Map<String, long[]> shapes = ParameterLayout.of(network).shapes();
        NetworkWeights.load(
                network,
                StateDictMatcher.match(shapes, file, HeadPolicy.REQUIRE, weights)
                        .weights());
        return network;
    }

    private static INDArray channelsLast(NpyFile file) {
        long[] shape = file.shape().length == 3
                ? new long[] {1, file.shape()[0], file.shape()[1], file.shape()[2]}
                : file.shape();
        return Nd4j.createFromArray(file.values())
                .reshape('c', shape)
                .permute(0, 2, 3, 1)
                .dup('c');
    }

    private static void assertClose(INDArray actual, float[] expected, double tolerance) {
        float[] values =
                actual.dup('c').reshape('c', new long[] {actual.length()}).toFloatVector();
        assertThat(values).hasSameSizeAs(expected);
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).as("value %d", i).isCloseTo(expected[i], within((float) tolerance));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ktb_resnet18_small.pth", "ktb_resnet18_small.safetensors"})
    void torchvisionResNet18(String weights) throws IOException {
        NpyFile input = NpyFile.read(TestData.path("imagenet-sample/golden/preprocessed_dog.npy"));
        NpyFile logits = NpyFile.read(TestData.path("imagenet-sample/golden/ktb_resnet18_small.dog_logits.npy"));
        for (Kernels kernels : new Kernels[] {Kernels.ofThisProcess(), Kernels.nd4j()}) {
            ComputationGraph network = network(Architecture.RESNET18.spec(), weights, kernels);
            INDArray images = channelsLast(input);
            assertClose(network.feedForward(images, false).get(ResNet.LOGITS), logits.values(), 1e-3);
        }
    }

    @Test
    void foldedTorchvisionResNet18() throws IOException {
        NpyFile input = NpyFile.read(TestData.path("imagenet-sample/golden/preprocessed_dog.npy"));
        NpyFile logits = NpyFile.read(TestData.path("imagenet-sample/golden/ktb_resnet18_small.dog_logits.npy"));
        StateDict weights = WeightsFile.read(TestData.path("weights/ktb_resnet18_small.safetensors"));
        float[] image = SmallNetworks.values(channelsLast(input));
        for (Kernels kernels : new Kernels[] {Kernels.ofThisProcess(), Kernels.nd4j()}) {
            try (Classifier classifier = NetworkClassifier.create(Architecture.RESNET18.spec(), weights, 1, kernels)) {
                assertClose(Nd4j.createFromArray(classifier.logits(image, 1)), logits.values(), 1e-3);
            }
        }
    }

    @Test
    void foldedCifarResNet20() throws IOException {
        byte[] records = Files.readAllBytes(TestData.path("cifar10/cifar-10-batches-bin/test_batch_first1000.bin"));
        NpyFile expected = NpyFile.read(TestData.path("cifar10/golden/resnet20-12fca82f.test_logits.first1000.npy"));
        ComputationGraph network =
                network(Architecture.CIFAR_RESNET20.spec(), "resnet20-12fca82f.safetensors", Kernels.ofThisProcess());
        float[] images = SmallNetworks.values(cifarImages(records, 0, 1000));
        try (Classifier classifier =
                NetworkClassifier.create(Architecture.CIFAR_RESNET20.spec(), NetworkWeights.of(network), 128)) {
            INDArray logits =
                    Nd4j.createFromArray(classifier.logits(images, 1000)).reshape('c', 1000, 10);
            assertClose(logits, expected.values(), 1e-3);
            INDArray predicted = logits.argMax(1);
            int correct = 0;
            for (int i = 0; i < 1000; i++) {
                correct += predicted.getInt(i) == records[i * 3073] ? 1 : 0;
            }
            assertThat(correct).isEqualTo(915);
        }
    }

    /**
     * In lower precisions: what 41 roundings to 8 bits take from the logits (see LowerPrecisionTest), and as many right
     * answers but for the few images that lie between two classes.
     */
    @ParameterizedTest
    @CsvSource({"BF16, 0.025", "INT8, 0.08"})
    void cifarResNet20InLowerPrecision(InferencePrecision precision, double relative) throws IOException {
        assumeTrue(Kernels.ofThisProcess().infersIn(precision));
        byte[] records = Files.readAllBytes(TestData.path("cifar10/cifar-10-batches-bin/test_batch_first1000.bin"));
        NpyFile expected = NpyFile.read(TestData.path("cifar10/golden/resnet20-12fca82f.test_logits.first1000.npy"));
        ResNetSpec spec = Architecture.CIFAR_RESNET20.spec();
        ComputationGraph network = network(spec, "resnet20-12fca82f.safetensors", Kernels.ofThisProcess());
        StateDict weights = NetworkWeights.of(network);
        float[] images = SmallNetworks.values(cifarImages(records, 0, 1000));
        Quantization quantization;
        try (RangeCalibration calibration = new RangeCalibration(spec, weights, 128)) {
            calibration.add(images, 256);
            quantization = calibration.quantization("the first 256");
        }
        try (Classifier classifier = SharedNetwork.of(spec, weights)
                .in(precision, Optional.of(quantization))
                .classifier(128)) {
            float[] logits = classifier.logits(images, 1000);
            assertThat(RelativeDifference.difference(logits, expected.values())).isLessThan(relative);
            INDArray predicted =
                    Nd4j.createFromArray(logits).reshape('c', 1000, 10).argMax(1);
            int correct = 0;
            for (int i = 0; i < 1000; i++) {
                correct += predicted.getInt(i) == records[i * 3073] ? 1 : 0;
            }
            assertThat(correct).isBetween(905, 925);
        }
    }

    @Test
    void torchvisionResNet18HasTheActivationsOfEveryStage() throws IOException {
        NpyFile input = NpyFile.read(TestData.path("imagenet-sample/golden/preprocessed_dog.npy"));
        ComputationGraph network =
                network(Architecture.RESNET18.spec(), "ktb_resnet18_small.safetensors", Kernels.ofThisProcess());
        Map<String, INDArray> activations = network.feedForward(channelsLast(input), false);
        try (ZipFile stored = new ZipFile(TestData.path("imagenet-sample/golden/ktb_resnet18_small.dog_activations.npz")
                .toFile())) {
            Map<String, String> vertices =
                    Map.of("layer1", "layer1.1", "layer2", "layer2.1", "layer3", "layer3.1", "layer4", "layer4.1");
            int compared = 0;
            for (ZipEntry entry : java.util.Collections.list(stored.entries())) {
                String stage = entry.getName().replace(".npy", "");
                if (!vertices.containsKey(stage)) {
                    continue;
                }
                NpyFile expected = NpyFile.parse(stored.getInputStream(entry).readAllBytes());
                INDArray actual =
                        activations.get(vertices.get(stage)).permute(0, 3, 1, 2).dup('c');
                assertClose(actual, expected.values(), 2e-3);
                compared++;
            }
            assertThat(compared).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet20-12fca82f.th", "resnet20-12fca82f.safetensors"})
    void cifarResNet20(String weights) throws IOException {
        byte[] records = Files.readAllBytes(TestData.path("cifar10/cifar-10-batches-bin/test_batch_first1000.bin"));
        NpyFile logits = NpyFile.read(TestData.path("cifar10/golden/resnet20-12fca82f.test_logits.first1000.npy"));
        ComputationGraph network = network(Architecture.CIFAR_RESNET20.spec(), weights, Kernels.ofThisProcess());
        int correct = 0;
        int batch = 100;
        for (int first = 0; first < 1000; first += batch) {
            INDArray images = cifarImages(records, first, batch);
            INDArray actual = network.feedForward(images, false).get(ResNet.LOGITS);
            float[] expected = java.util.Arrays.copyOfRange(logits.values(), first * 10, (first + batch) * 10);
            assertClose(actual, expected, 1e-3);
            INDArray predicted = actual.argMax(1);
            for (int i = 0; i < batch; i++) {
                correct += predicted.getInt(i) == records[(first + i) * 3073] ? 1 : 0;
            }
        }
        assertThat(correct).isEqualTo(915);
    }

    private static INDArray cifarImages(byte[] records, int first, int count) {
        float[] pixels = new float[count * 32 * 32 * 3];
        for (int i = 0; i < count; i++) {
            for (int p = 0; p < 1024; p++) {
                for (int c = 0; c < 3; c++) {
                    int value = Byte.toUnsignedInt(records[(first + i) * 3073 + 1 + c * 1024 + p]);
                    pixels[(i * 1024 + p) * 3 + c] =
                            (value / 255f - Preprocessing.IMAGENET_MEAN.get(c)) / Preprocessing.IMAGENET_STD.get(c);
                }
            }
        }
        return Nd4j.createFromArray(pixels).reshape('c', count, 32, 32, 3);
    }
}
