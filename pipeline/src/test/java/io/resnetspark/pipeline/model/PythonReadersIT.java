package io.resnetspark.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.model.BlockKind;
import io.resnetspark.model.Classifier;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.Stem;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.Resizer;
import io.resnetspark.model.image.augment.Preprocessor;
import io.resnetspark.model.image.decode.DecodeLimits;
import io.resnetspark.model.image.decode.ImageDecoder;
import io.resnetspark.model.onnx.OnnxInput;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exports as PyTorch, transformers and ONNX Runtime read them ({@code read_exports.py}), where the Python that {@code
 * RESNET_PYTHON} names, else {@code python3}, has them.
 */
@Tag("full")
class PythonReadersIT {

    @TempDir
    static Path folder;

    private static final Configuration HADOOP = new Configuration();

    @BeforeAll
    static void export() throws Exception {
        Map<String, Object> expected = new LinkedHashMap<>();
        Image drawn = drawn(300, 200, 3);
        expected.put("basic", export("basic", SmallModels.of("resnet18+blocks=1-2-1-1"), drawn));
        expected.put("bottleneck", export("bottleneck", SmallModels.of("resnet50+blocks=1-1-2-1"), drawn));
        for (String network : List.of("cifar-resnet20", "cifar-plain20+norm=none", "plain18", "myresnet")) {
            expected.put(network, export(network, SmallModels.of(network), drawn));
        }
        Preprocessing grey = new Preprocessing(1, 40, 32, List.of(0.1f), List.of(0.3f));
        expected.put("grey", export("grey", SmallModels.of("resnet18+blocks=1-1-1-1", grey), drawn(300, 200, 1)));
        String data = System.getenv("RESNET_TEST_DATA");
        if (data != null) {
            List<String> labels =
                    IntStream.range(0, 1000).mapToObj(i -> "class " + i).toList();
            LoadedModel published = ModelSource.load(
                    data + "/weights/ktb_resnet18_small.pth", Optional.of("resnet18"), Optional.of(labels), HADOOP);
            Image dog = new ImageDecoder(DecodeLimits.standard(), 3)
                    .decode(Files.readAllBytes(Path.of(data, "imagenet-sample/dog.jpg")));
            expected.put("published", export("published", published, dog));
        }
        new ObjectMapper().writeValue(folder.resolve("expected.json").toFile(), expected);
    }

    /** Writes a model in every format, an image, and what we make of it. */
    private static Map<String, Object> export(String name, LoadedModel model, Image image) throws IOException {
        write(model, name + ".pth", new ExportFormat.Torch());
        write(model, name + ".onnx", new ExportFormat.Onnx(OnnxInput.FLOAT32));
        write(model, name + "-uint8.onnx", new ExportFormat.Onnx(OnnxInput.UINT8));
        ResNetSpec spec = model.card().spec();
        boolean torchvisions = spec.stem() == Stem.IMAGENET && spec.block() != BlockKind.PLAIN;
        if (torchvisions) {
            write(model, name + "-hub", new ExportFormat.HuggingFace(Optional.empty()));
        }
        Preprocessing preprocessing = model.card().preprocessing();
        writePng(image, folder.resolve(name + ".png"));
        Image cropped = Resizer.centreCrop(
                Resizer.shorterSide(image, preprocessing.resizeShorterSide()), preprocessing.inputSize());
        Files.write(folder.resolve(name + ".u8"), cropped.pixels());
        float[] floats = new Preprocessor(preprocessing).apply(image);
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * floats.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(floats);
        Files.write(folder.resolve(name + ".f32"), bytes.array());
        float[] logits;
        try (Classifier classifier = new ModelClassifierSource(model, 1).open()) {
            logits = classifier.logits(floats, 1);
        }
        return Map.of(
                "torchvision",
                torchvisions,
                "bottleneck",
                spec.block() == BlockKind.BOTTLENECK,
                "blocks",
                spec.blocks(),
                "channels",
                spec.channels(),
                "size",
                spec.inputSize(),
                "labels",
                model.card().labels(),
                "logits",
                logits);
    }

    private static void write(LoadedModel model, String name, ExportFormat format) {
        ModelExport.to(folder.resolve(name).toString(), format, HADOOP).write(model);
    }

    private static Image drawn(int width, int height, int channels) {
        byte[] pixels = new byte[width * height * channels];
        new Random(1).nextBytes(pixels);
        return new Image(width, height, channels, pixels);
    }

    private static void writePng(Image image, Path file) throws IOException {
        BufferedImage picture = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] pixels = image.withChannels(3).pixels();
        for (int i = 0; i < image.width() * image.height(); i++) {
            int rgb = (pixels[3 * i] & 0xFF) << 16 | (pixels[3 * i + 1] & 0xFF) << 8 | pixels[3 * i + 2] & 0xFF;
            picture.setRGB(i % image.width(), i / image.width(), rgb);
        }
        ImageIO.write(picture, "png", file.toFile());
    }

    @Test
    void pyTorchLoadsPth() throws Exception {
        python("pth");
        for (String name : List.of("basic", "bottleneck")) {
            LoadedModel back = load(
                    name + "-by-pytorch.pth",
                    name.equals("basic") ? "resnet18+blocks=1-2-1-1" : "resnet50+blocks=1-1-2-1");
            assertThat(back.weights()).isEqualTo(load(name + "-hub", null).weights());
        }
    }

    private static LoadedModel load(String name, String architecture) {
        return ModelSource.load(
                folder.resolve(name).toString(), Optional.ofNullable(architecture), Optional.empty(), HADOOP);
    }

    @Test
    void transformersLoadsHubFolders() throws Exception {
        python("huggingface");
    }

    @Test
    void onnxRuntimeLoadsOnnx() throws Exception {
        python("onnx");
    }

    private static void python(String what) throws Exception {
        Path script = folder.resolve("read_exports.py");
        try (InputStream in = PythonReadersIT.class.getResourceAsStream("read_exports.py")) {
            Files.write(script, in.readAllBytes());
        }
        String python = Optional.ofNullable(System.getenv("RESNET_PYTHON")).orElse("python3");
        Path output = folder.resolve(what + ".txt");
        ProcessBuilder builder = new ProcessBuilder(python, script.toString(), what, folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        int exit;
        try {
            exit = builder.start().waitFor();
        } catch (IOException e) {
            abort("No Python: " + e.getMessage());
            return;
        }
        String said = Files.readString(output);
        System.out.print(said);
        if (exit == 77) {
            abort("%sname one that has it with RESNET_PYTHON".formatted(said.replace("\n", "; ")));
        }
        assertThat(exit).as(said).isZero();
    }
}
