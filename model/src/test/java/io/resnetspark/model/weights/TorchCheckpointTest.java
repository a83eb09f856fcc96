package io.resnetspark.model.weights;

import static io.resnetspark.model.weights.CheckpointFiles.floats;
import static io.resnetspark.model.weights.CheckpointFiles.floatsUpTo;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Well-formed checkpoints built by hand. */
class TorchCheckpointTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"zip", "stacked"})
    void stridesOffsetsAndSharedStoragesAreResolved(String format) throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        Map<String, Runnable> entries = new LinkedHashMap<>();
        entries.put("rows", () -> pickle.tensor("FloatStorage", "0", 12, 0, longs(3, 4), longs(4, 1)));
        entries.put("transposed", () -> pickle.tensor("FloatStorage", "0", 12, 0, longs(4, 3), longs(1, 4)));
        entries.put("corner", () -> pickle.tensor("FloatStorage", "0", 12, 5, longs(2, 2), longs(4, 2)));
        entries.put("scalar", () -> pickle.tensor("FloatStorage", "0", 12, 11, longs(), longs()));
        entries.put("tied", () -> pickle.tensor("FloatStorage", "0", 12, 0, longs(3, 4), longs(4, 1)));
        entries.put("empty", () -> pickle.tensor("FloatStorage", "0", 12, 0, longs(0, 4), longs(4, 1)));
        entries.put("column", () -> pickle.tensor("FloatStorage", "0", 12, 1, longs(3, 1), longs(4, 7)));
        pickle.dictionary(entries);

        StateDict weights = read(format, pickle.stop(), Map.of("0", floatsUpTo(12)));

        assertThat(weights.names()).containsExactlyElementsOf(entries.keySet());
        assertThat(weights.tensor("rows").data()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(weights.tensor("transposed").data()).containsExactly(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
        assertThat(weights.tensor("corner").data()).containsExactly(5, 7, 9, 11);
        assertThat(weights.tensor("scalar")).isEqualTo(Tensor.of(new float[] {11}));
        assertThat(weights.tensor("tied")).isSameAs(weights.tensor("rows"));
        assertThat(weights.tensor("empty").shape()).containsExactly(0, 4);
        assertThat(weights.tensor("column").data()).containsExactly(1, 5, 9);
    }

    @ParameterizedTest
    @CsvSource({
        "DoubleStorage, 3FF8000000000000, 1.5",
        "HalfStorage, 3E00, 1.5",
        "BFloat16Storage, 3FC0, 1.5",
        "LongStorage, FFFFFFFFFFFFFFFE, -2",
        "ByteStorage, FF, 255",
        "BoolStorage, 01, 1",
    })
    void everyStorageTypeIsReadAsFloat(String type, String bigEndianHex, float expected) throws IOException {
        int elementBytes = bigEndianHex.length() / 2;
        byte[] element = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(Long.parseUnsignedLong(bigEndianHex, 16))
                .array();
        byte[] storage = Arrays.copyOf(element, elementBytes);
        PickleBytes pickle = PickleBytes.protocol2();
        pickle.dictionary(Map.of("x", () -> pickle.tensor(type, "0", 1, 0, longs(1), longs(1))));
        byte[] bytes = pickle.stop();

        assertThat(read("zip", bytes, Map.of("0", storage)).tensor("x").data()).containsExactly(expected);
        Path stacked = write(CheckpointFiles.stacked(bytes, Map.of("0", storage), elementBytes));
        assertThat(WeightsFile.read(stacked).tensor("x").data()).containsExactly(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"state_dict", "model", "model_state_dict"})
    void wrappedCheckpointIsUnwrappedAndTheRestIgnored(String wrapper) throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        Map<String, Runnable> model = new LinkedHashMap<>();
        model.put("module._orig_mod.fc.weight", () -> pickle.tensor("FloatStorage", "0", 2, 0, longs(2), longs(1)));
        model.put("module._orig_mod.fc.bias", () -> pickle.tensor("FloatStorage", "1", 1, 0, longs(1), longs(1)));
        Map<String, Runnable> checkpoint = new LinkedHashMap<>();
        checkpoint.put("epoch", () -> pickle.integer(90));
        checkpoint.put(wrapper, () -> pickle.dictionary(model));
        checkpoint.put("optimizer", () -> pickle.tensor("FloatStorage", "2", 1, 0, longs(1), longs(1)));
        pickle.dictionary(checkpoint);
        Map<String, byte[]> storages = Map.of("0", floats(1, 2), "1", floats(3), "2", floats(4));

        StateDict weights = read("zip", pickle.stop(), storages);

        assertThat(weights.names()).containsExactly("fc.weight", "fc.bias");
        assertThat(weights.tensor("fc.bias").data()).containsExactly(3);
    }

    /** {@code {"model": …, "model_ema": AveragedModel.state_dict()}}, as torchvision's references save it. */
    @Test
    void movingAverageIsTakenWhereThereIsOne() throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        Map<String, Runnable> average = new LinkedHashMap<>();
        average.put("n_averaged", () -> pickle.tensor("FloatStorage", "0", 3, 2, longs(), longs()));
        average.put("module.fc.bias", () -> pickle.tensor("FloatStorage", "0", 3, 1, longs(1), longs(1)));
        Map<String, Runnable> checkpoint = new LinkedHashMap<>();
        checkpoint.put(
                "model",
                () -> pickle.dictionary(
                        Map.of("fc.bias", () -> pickle.tensor("FloatStorage", "0", 3, 0, longs(1), longs(1)))));
        checkpoint.put("model_ema", () -> pickle.dictionary(average));
        pickle.dictionary(checkpoint);

        StateDict weights = read("zip", pickle.stop(), Map.of("0", floats(1, 2, 3)));

        assertThat(weights.tensor("fc.bias").data()).containsExactly(2);
    }

    /** What {@code pickle} writes for {@code numpy.float64} and {@code argparse.Namespace}; within and around the tensors. */
    @ParameterizedTest
    @ValueSource(strings = {"zip", "stacked"})
    void metricsAndOptionsBesideTensorsAreSkipped(String format) throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        Map<String, Runnable> beside = new LinkedHashMap<>();
        beside.put("best", () -> numpyScalar(pickle));
        beside.put("args", () -> namespace(pickle));
        beside.put("epoch", () -> pickle.integer(90));
        beside.put("milestones", () -> pickle.global("collections", "Counter")
                .emptyDictionary()
                .mark()
                .integer(30)
                .integer(1)
                .raw('u', 0x85, 'R'));
        Map<String, Runnable> flat = new LinkedHashMap<>(beside);
        flat.put("fc.bias", () -> pickle.tensor("FloatStorage", "0", 1, 0, longs(1), longs(1)));
        Map<String, Runnable> wrapped = new LinkedHashMap<>(beside);
        wrapped.put("state_dict", () -> pickle.dictionary(flat));
        pickle.dictionary(wrapped);

        StateDict weights = read(format, pickle.stop(), Map.of("0", floats(5)));

        assertThat(weights.names()).containsExactly("fc.bias");
    }

    private static void numpyScalar(PickleBytes pickle) {
        pickle.global("numpy._core.multiarray", "scalar").mark();
        pickle.global("numpy", "dtype")
                .mark()
                .text("f8")
                .raw(0x89, 0x88)
                .tuple()
                .reduce();
        pickle.mark()
                .integer(3)
                .text("<")
                .none()
                .none()
                .none()
                .integer(-1)
                .tuple()
                .raw('b');
        pickle.global("_codecs", "encode")
                .mark()
                .text("12345678")
                .text("latin1")
                .tuple()
                .reduce();
        pickle.tuple().reduce();
    }

    private static void namespace(PickleBytes pickle) {
        pickle.global("argparse", "Namespace").raw(')', 0x81);
        pickle.emptyDictionary().mark().text("lr").integer(1).raw('u', 'b');
    }

    /** The loss of every step and the name of every image, as trainings of weeks keep them. */
    @Test
    void veryLongListsAreRead() throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        Map<String, Runnable> entries = new LinkedHashMap<>();
        entries.put("losses", () -> {
            pickle.raw(']');
            for (int batch = 0; batch < 1100; batch++) {
                pickle.mark();
                for (int i = 0; i < 1000; i++) {
                    pickle.raw('G', 0x3F, 0xF8, 0, 0, 0, 0, 0, 0);
                }
                pickle.raw('e');
            }
        });
        entries.put("images", () -> {
            pickle.raw(']');
            for (int batch = 0; batch < 540; batch++) {
                pickle.mark();
                for (int i = 0; i < 1000; i++) {
                    pickle.text("n0144076/%04d_%04d.JPEG".formatted(batch, i)).raw('r', i, batch, 0, 0);
                }
                pickle.raw('e');
            }
        });
        entries.put(
                "state_dict",
                () -> pickle.dictionary(
                        Map.of("fc.bias", () -> pickle.tensor("FloatStorage", "0", 1, 0, longs(1), longs(1)))));
        pickle.dictionary(entries);

        assertThat(read("zip", pickle.stop(), Map.of("0", floats(5)))
                        .tensor("fc.bias")
                        .data())
                .containsExactly(5);
    }

    @Test
    void parametersTensorsOfVersion1AndMetadataAreRead() throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        Map<String, Runnable> entries = new LinkedHashMap<>();
        entries.put("v1", () -> pickle.global("torch._utils", "_rebuild_tensor")
                .mark()
                .storage("FloatStorage", "0", 2)
                .integer(0)
                .integers(2)
                .integers(1)
                .tuple()
                .reduce());
        entries.put("parameter", () -> pickle.global("torch._utils", "_rebuild_parameter")
                .mark()
                .tensor("FloatStorage", "0", 2, 1, longs(1), longs(1))
                .raw(0x88)
                .none()
                .tuple()
                .reduce());
        pickle.dictionary(entries);
        // state_dict()._metadata, which torch.save keeps as the OrderedDict's state
        pickle.emptyDictionary().mark().text("_metadata").emptyDictionary().raw('u', 'b');

        StateDict weights = read("zip", pickle.stop(), Map.of("0", floats(1, 2)));

        assertThat(weights.tensor("v1").data()).containsExactly(1, 2);
        assertThat(weights.tensor("parameter").data()).containsExactly(2);
    }

    @Test
    void bigEndianArchiveIsReadAsItSays() throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        pickle.dictionary(Map.of("x", () -> pickle.tensor("FloatStorage", "0", 1, 0, longs(1), longs(1))));
        byte[] storage = {0x3F, (byte) 0xC0, 0, 0};
        byte[] bytes = pickle.stop();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            CheckpointFiles.store(zip, "a/data.pkl", bytes);
            CheckpointFiles.store(zip, "a/byteorder", "big".getBytes(StandardCharsets.US_ASCII));
            CheckpointFiles.store(zip, "a/data/0", storage);
        }

        assertThat(WeightsFile.read(write(out.toByteArray())).tensor("x").data())
                .containsExactly(1.5f);
    }

    @Test
    void tarFormatIsRead() throws IOException {
        StateDict weights = WeightsFile.read(write(tarSample()));

        assertThat(weights.names()).containsExactly("conv1.weight", "bn1.running_mean");
        assertThat(weights.tensor("conv1.weight")).isEqualTo(Tensor.of(new float[] {1, 3, 2, 4}, 2, 2));
        assertThat(weights.tensor("bn1.running_mean").data()).containsExactly(3, 4);
    }

    /** As published until 2017: a transposed parameter and a tensor on a view of the storage. */
    static byte[] tarSample() {
        ByteArrayOutputStream storages = new ByteArrayOutputStream();
        storages.writeBytes(PickleBytes.protocol2().int32(1).stop());
        storages.writeBytes(PickleBytes.protocol2()
                .mark()
                .integer(100)
                .text("cpu")
                .global("torch", "FloatStorage")
                .tuple()
                .stop());
        storages.writeBytes(CheckpointFiles.counted(floats(1, 2, 3, 4), 4));
        storages.writeBytes(PickleBytes.protocol2()
                .raw(']')
                .integers(101, 100, 2, 2)
                .raw('a')
                .stop());
        ByteArrayOutputStream tensors = new ByteArrayOutputStream();
        tensors.writeBytes(PickleBytes.protocol2().int32(2).stop());
        tensors.writeBytes(tarTensor(200, 100, longs(2, 2), longs(1, 2), 0));
        tensors.writeBytes(tarTensor(201, 101, longs(2), longs(1), 0));
        PickleBytes pickle = PickleBytes.protocol2();
        Map<String, Runnable> entries = new LinkedHashMap<>();
        entries.put("conv1.weight", () -> pickle.global("torch.nn.parameter", "Parameter")
                .raw(')', 0x81)
                .mark()
                .text("200")
                .raw('Q')
                .none()
                .none()
                .raw(0x88, 0x89)
                .tuple()
                .raw('b'));
        entries.put("bn1.running_mean", () -> pickle.text("201").raw('Q'));
        pickle.dictionary(entries);
        Map<String, byte[]> members = new LinkedHashMap<>();
        members.put("sys_info", PickleBytes.protocol2().emptyDictionary().stop());
        members.put("pickle", pickle.stop());
        members.put("tensors", tensors.toByteArray());
        members.put("storages", storages.toByteArray());
        return CheckpointFiles.tar(members);
    }

    private static byte[] tarTensor(int key, int storage, long[] shape, long[] strides, long offset) {
        byte[] description = PickleBytes.protocol2()
                .mark()
                .integer(key)
                .integer(storage)
                .global("torch", "FloatTensor")
                .tuple()
                .stop();
        ByteBuffer bytes = ByteBuffer.allocate(description.length + 8 + 16 * shape.length + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(description)
                .putInt(shape.length)
                .putInt(7); // uninitialised memory in real files
        for (long size : shape) {
            bytes.putLong(size);
        }
        for (long stride : strides) {
            bytes.putLong(stride);
        }
        return bytes.putLong(offset).array();
    }

    private StateDict read(String format, byte[] pickle, Map<String, byte[]> storages) throws IOException {
        return WeightsFile.read(write(
                format.equals("zip")
                        ? CheckpointFiles.zip(pickle, storages)
                        : CheckpointFiles.stacked(pickle, storages, Float.BYTES)));
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("weights.pth"), bytes);
    }

    private static long[] longs(long... values) {
        return values;
    }
}
