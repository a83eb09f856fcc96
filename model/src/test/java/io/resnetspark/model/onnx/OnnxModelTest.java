package io.resnetspark.model.onnx;

import static io.resnetspark.model.RelativeDifference.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkName;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.TestData;
import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.Resizer;
import io.resnetspark.model.image.augment.Preprocessor;
import io.resnetspark.model.image.decode.DecodeLimits;
import io.resnetspark.model.image.decode.ImageDecoder;
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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import onnx.Onnx.ModelProto;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ONNX Runtime computes of an exported network what we compute. */
class OnnxModelTest {

    @TempDir
    Path folder;

    private static final float TOLERANCE = 1e-4f;

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void everyArchitectureHasOurLogits(Architecture architecture) throws Exception {
        assertSameLogits(SmallNetworks.spec(architecture));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cifar-resnet20+norm=none",
                "cifar-plain20+norm=none",
                "resnet50+norm=none+widths=4-8-16-32",
                "cifar-resnet20+widths=5-11-22",
                "cifar-resnet20+blocks=1-1-1+widths=6-6-9"
            })
    void variationsHaveOurLogits(String name) throws Exception {
        ResNetSpec spec = NetworkName.parse(name).spec();
        assertSameLogits(spec.withClasses(5).withInput(3, spec.inputSize() == 32 ? 8 : 64));
    }

    @Test
    void greyAndOddSizesHaveOurLogits() throws Exception {
        assertSameLogits(SmallNetworks.spec(Architecture.RESNET18).withInput(1, 75));
        assertSameLogits(SmallNetworks.spec(Architecture.CIFAR_RESNET20).withInput(1, 13));
    }

    private static void assertSameLogits(ResNetSpec spec) throws Exception {
        StateDict weights = SmallNetworks.weights(spec, 5);
        float[] images = SmallNetworks.images(spec, 3, 6);
        int size = spec.inputSize();
        ModelCard card = card(spec, new Preprocessing(spec.channels(), size, size, mean(spec), std(spec)));
        float[] expected;
        try (NetworkClassifier ours = NetworkClassifier.create(spec, weights, 3)) {
            expected = ours.logits(images, 3);
        }
        try (OnnxRuntime onnx = new OnnxRuntime(model(card, weights, OnnxInput.FLOAT32))) {
            assertCloseInProportion(onnx.logits(channelsFirst(images, spec), 3, spec.channels(), size, size), expected);
            float[] one = Arrays.copyOf(images, images.length / 3);
            assertCloseInProportion(
                    onnx.logits(channelsFirst(one, spec), 1, spec.channels(), size, size),
                    Arrays.copyOf(expected, spec.classes()));
        }
    }

    /**
     * Our integers and the runtime's: its biases are whole numbers too, which moves a few sums over the edge of a step, and
     * those move others in the layers after. In the end the two may be as far from each other as two independent roundings
     * are, the square root of 2 times what ours is from single precision, and neither may be farther from it than the other.
     */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void everyArchitectureHasOurLogitsInIntegers(Architecture architecture) throws Exception {
        assumeTrue(Kernels.ofThisProcess().infersIn(InferencePrecision.INT8));
        ResNetSpec spec = SmallNetworks.spec(architecture);
        StateDict weights = SmallNetworks.weights(spec, 5);
        int count = 8;
        float[] images = SmallNetworks.images(spec, count, 6);
        int size = spec.inputSize();
        Quantization quantization;
        try (RangeCalibration calibration = new RangeCalibration(spec, weights, count)) {
            calibration.add(images, count);
            quantization = calibration.quantization("test");
        }
        SharedNetwork network = SharedNetwork.of(spec, weights);
        float[] exact;
        float[] whole;
        try (NetworkClassifier floats = network.classifier(count);
                NetworkClassifier integers = network.in(InferencePrecision.INT8, Optional.of(quantization))
                        .classifier(count)) {
            exact = floats.logits(images, count);
            whole = integers.logits(images, count);
        }
        ModelCard card = card(spec, new Preprocessing(spec.channels(), size, size, mean(spec), std(spec)))
                .with(quantization);
        byte[] file = model(card, weights, OnnxInput.FLOAT32);
        float[] theirs;
        try (OnnxRuntime onnx = new OnnxRuntime(file)) {
            theirs = flat(onnx.logits(channelsFirst(images, spec), count, spec.channels(), size, size));
        }
        double lost = difference(whole, exact);
        assertThat(difference(theirs, whole)).as("from ours").isLessThan(2 * lost);
        assertThat(difference(theirs, exact)).as("from single precision").isLessThan(1.6 * lost);
        ModelProto proto = ModelProto.parseFrom(file);
        assertThat(proto.getGraph().getInitializerList())
                .filteredOn(tensor -> tensor.getName().endsWith(".weight_quantized"))
                .hasSize((int) proto.getGraph().getNodeList().stream()
                        .filter(node -> node.getOpType().equals("Conv"))
                        .count())
                .allMatch(tensor -> tensor.getDataType() == DataType.INT8.getNumber());
    }

    private static float[] flat(float[][] rows) {
        float[] all = new float[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, all, i * rows[0].length, rows[0].length);
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void pixelsAreNormalisedInTheGraph(int channels) throws Exception {
        ResNetSpec spec = SmallNetworks.spec(Architecture.CIFAR_RESNET20).withInput(channels, 8);
        ModelCard card = card(spec, new Preprocessing(channels, 8, 8, mean(spec), std(spec)));
        StateDict weights = SmallNetworks.weights(spec, 5);
        byte[] pixels = new byte[2 * 8 * 8 * channels];
        new Random(3).nextBytes(pixels);
        float[] expected;
        try (NetworkClassifier ours = NetworkClassifier.create(spec, weights, 2)) {
            Preprocessor preprocessor = new Preprocessor(card.preprocessing());
            float[] images = new float[pixels.length];
            for (int i = 0; i < 2; i++) {
                int length = preprocessor.length();
                byte[] one = Arrays.copyOfRange(pixels, i * length, (i + 1) * length);
                preprocessor.apply(new Image(8, 8, channels, one), images, i * length);
            }
            expected = ours.logits(images, 2);
        }
        try (OnnxRuntime onnx = new OnnxRuntime(model(card, weights, OnnxInput.UINT8))) {
            assertCloseInProportion(onnx.logits(pixels, 2, 8, 8, channels), expected);
        }
    }

    /** What a program that has only the file can know. */
    @Test
    void theFileSaysHowToUseIt() throws Exception {
        ResNetSpec spec = SmallNetworks.spec(Architecture.CIFAR_RESNET20);
        Preprocessing preprocessing = new Preprocessing(3, 9, 8, mean(spec), std(spec));
        ModelCard card = new ModelCard(spec, List.of("a", "b \"c\"", "é", "d", "e"), preprocessing);
        StateDict weights = SmallNetworks.weights(spec, 5);
        byte[] file = model(card, weights, OnnxInput.FLOAT32);
        assertThat(model(card, weights, OnnxInput.FLOAT32)).isEqualTo(file);

        try (OnnxRuntime onnx = new OnnxRuntime(file)) {
            Map<String, String> metadata = onnx.session().getMetadata().getCustomMetadata();
            assertThat(metadata.get(OnnxModel.CLASSES)).isEqualTo("[\"a\",\"b \\\"c\\\"\",\"é\",\"d\",\"e\"]");
            assertThat(metadata.get(OnnxModel.PREPROCESSING)).contains("\"resize_shorter_side\":9", "\"input_size\":8");
            assertThat(CheckpointFormat.parseCard(metadata.get(CheckpointFormat.CARD_KEY)))
                    .isEqualTo(card);
            assertThat(onnx.session().getMetadata().getGraphName()).isEqualTo(spec.architecture());
            assertTensor(onnx.session().getInputInfo().get("images"), OnnxJavaType.FLOAT, -1, 3, 8, 8);
            assertTensor(onnx.session().getOutputInfo().get("logits"), OnnxJavaType.FLOAT, -1, 5);
        }
        try (OnnxRuntime onnx = new OnnxRuntime(model(card, weights, OnnxInput.UINT8))) {
            assertTensor(onnx.session().getInputInfo().get("images"), OnnxJavaType.UINT8, -1, 8, 8, 3);
        }
        ModelProto proto = ModelProto.parseFrom(file);
        assertThat(proto.getOpsetImport(0).getVersion()).isGreaterThanOrEqualTo(17);
        assertThat(proto.getGraph().getInitializerList())
                .extracting(tensor -> tensor.getName())
                .containsAll(ParameterLayout.of(spec).shapes().keySet());
    }

    private static void assertTensor(NodeInfo node, OnnxJavaType type, long... shape) {
        TensorInfo tensor = (TensorInfo) node.getInfo();
        assertThat(tensor.type).isEqualTo(type);
        assertThat(tensor.getShape()).isEqualTo(shape);
    }

    /** Published weights on photographs. */
    @ParameterizedTest
    @CsvSource({"ktb_resnet18_small.pth, RESNET18, 256", "resnet20-12fca82f.th, CIFAR_RESNET20, 32"})
    void photographsHaveOurLogits(String file, Architecture architecture, int shorterSide) throws Exception {
        ResNetSpec spec = architecture.spec();
        StateDict weights = StateDictMatcher.match(
                        ParameterLayout.of(spec).shapes(),
                        WeightsFile.read(TestData.path("weights/" + file)),
                        HeadPolicy.REQUIRE,
                        file)
                .weights();
        assertSameLogitsOfPhotographs(spec, weights, shorterSide, 8, OnnxModelTest::assertClose);
    }

    /** Every architecture in the size it was published in. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    @Tag("full")
    void photographsHaveOurLogitsInEveryArchitecture(Architecture architecture) throws Exception {
        ResNetSpec spec = architecture.spec();
        int shorterSide = Preprocessing.shorterSideFor(spec.inputSize());
        assertSameLogitsOfPhotographs(
                spec, SmallNetworks.weights(spec, 5), shorterSide, 2, OnnxModelTest::assertCloseInProportion);
    }

    private void assertSameLogitsOfPhotographs(
            ResNetSpec spec, StateDict weights, int shorterSide, int count, BiConsumer<float[][], float[]> assertClose)
            throws Exception {
        Preprocessing preprocessing = new Preprocessing(
                3, shorterSide, spec.inputSize(), Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
        ModelCard card = card(spec, preprocessing);
        Preprocessor preprocessor = new Preprocessor(preprocessing);
        try (NetworkClassifier ours = NetworkClassifier.create(spec, weights, 1);
                OnnxRuntime floats = new OnnxRuntime(file(card, weights, OnnxInput.FLOAT32));
                OnnxRuntime pixels = new OnnxRuntime(file(card, weights, OnnxInput.UINT8))) {
            int size = spec.inputSize();
            for (Image photograph : photographs(count)) {
                float[] image = preprocessor.apply(photograph);
                float[] expected = ours.logits(image, 1);
                assertClose.accept(floats.logits(channelsFirst(image, spec), 1, 3, size, size), expected);
                Image cropped = Resizer.centreCrop(Resizer.shorterSide(photograph, shorterSide), size);
                assertClose.accept(pixels.logits(cropped.pixels(), 1, size, size, 3), expected);
            }
        }
    }

    private static List<Image> photographs(int count) throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.list(TestData.path("imagenet-sample/images"))) {
            files = all.sorted().limit(count).toList();
        }
        ImageDecoder decoder = new ImageDecoder(DecodeLimits.standard(), 3);
        Image[] photographs = new Image[files.size()];
        for (int i = 0; i < photographs.length; i++) {
            photographs[i] = decoder.decode(Files.readAllBytes(files.get(i)));
        }
        return List.of(photographs);
    }

    /** Of networks whose models are hundreds of megabytes. */
    private Path file(ModelCard card, StateDict weights, OnnxInput input) throws IOException {
        Path file = folder.resolve(input + ".onnx");
        try (OutputStream out = Files.newOutputStream(file)) {
            OnnxModel.write(card, weights, input, out);
        }
        return file;
    }

    private static byte[] model(ModelCard card, StateDict weights, OnnxInput input) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        OnnxModel.write(card, weights, input, bytes);
        return bytes.toByteArray();
    }

    private static ModelCard card(ResNetSpec spec, Preprocessing preprocessing) {
        List<String> labels =
                IntStream.range(0, spec.classes()).mapToObj(Integer::toString).toList();
        return new ModelCard(spec, labels, preprocessing);
    }

    private static List<Float> mean(ResNetSpec spec) {
        return Preprocessing.IMAGENET_MEAN.subList(0, spec.channels());
    }

    private static List<Float> std(ResNetSpec spec) {
        return Preprocessing.IMAGENET_STD.subList(0, spec.channels());
    }

    private static float[] channelsFirst(float[] images, ResNetSpec spec) {
        int pixels = spec.inputSize() * spec.inputSize();
        int channels = spec.channels();
        float[] out = new float[images.length];
        for (int i = 0; i < images.length; i++) {
            int image = i / (pixels * channels);
            int pixel = i / channels % pixels;
            out[(image * channels + i % channels) * pixels + pixel] = images[i];
        }
        return out;
    }

    /** Of trained networks, whose logits are of the order of ten. */
    private static void assertClose(float[][] actual, float[] expected) {
        assertClose(actual, expected, TOLERANCE);
    }

    /** Of random weights, which make logits of any size. */
    private static void assertCloseInProportion(float[][] actual, float[] expected) {
        float largest = 1;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertClose(actual, expected, TOLERANCE * largest);
    }

    private static void assertClose(float[][] actual, float[] expected, float tolerance) {
        int classes = expected.length / actual.length;
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i / classes][i % classes]).as("logit %d", i).isCloseTo(expected[i], within(tolerance));
        }
    }
}
