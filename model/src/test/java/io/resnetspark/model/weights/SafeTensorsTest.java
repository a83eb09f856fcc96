package io.resnetspark.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.BadDataException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsTest {

    private static final String F32_PAIR = "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

    @TempDir
    Path directory;

    @Test
    void readingWhatWasWrittenGivesItBackInOrder() throws IOException {
        StateDict weights = sample();
        Path file = directory.resolve("weights.safetensors");

        SafeTensors.write(weights, Map.of("format", "pt", "arch", "tiny"), file);

        StateDict again = SafeTensors.read(file);
        assertThat(again).isEqualTo(weights);
        assertThat(again.names()).containsExactlyElementsOf(weights.names());
        assertThat(SafeTensors.read(new ByteArrayInputStream(Files.readAllBytes(file)), "stream"))
                .isEqualTo(weights);
        assertThat(SafeTensors.metadata(file)).containsOnly(Map.entry("format", "pt"), Map.entry("arch", "tiny"));
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void metadataThatAreNullAreNone() throws IOException {
        String header = "{\"__metadata__\":null,\"x\":" + F32_PAIR + "}";
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length() + 8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length()).put(header.getBytes(StandardCharsets.UTF_8));
        bytes.putFloat(1.5f).putFloat(-2);
        Path file = Files.write(directory.resolve("null.safetensors"), bytes.array());

        assertThat(SafeTensors.metadata(file)).isEmpty();
        assertThat(WeightsFile.read(file).tensor("x").data()).containsExactly(1.5f, -2);
    }

    @Test
    void bytesDoNotDependOnTheOrderOfMetadata() throws IOException {
        Map<String, String> forwards = new LinkedHashMap<>();
        forwards.put("a", "1");
        forwards.put("b", "2");
        Map<String, String> backwards = new LinkedHashMap<>();
        backwards.put("b", "2");
        backwards.put("a", "1");

        assertThat(written(sample(), forwards)).isEqualTo(written(sample(), backwards));
    }

    @Test
    void countersAreWrittenAsAlignedInt64() throws IOException {
        byte[] bytes = written(sample(), Map.of());

        int headerBytes =
                (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        String header = new String(bytes, 8, headerBytes, StandardCharsets.UTF_8);
        assertThat(headerBytes % 8).isZero();
        assertThat(header)
                .contains("\"bn1.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]}");
    }

    @ParameterizedTest
    @CsvSource({
        "F64, 3FF8000000000000, 1.5",
        "F32, BFC00000, -1.5",
        "F16, 3E00, 1.5",
        "F16, 0001, 5.9604645e-8",
        "F16, 83FF, -6.097555e-5",
        "F16, 7BFF, 65504",
        "F16, FC00, -Infinity",
        "F16, 7E00, NaN",
        "BF16, BFC0, -1.5",
        "I64, FFFFFFFFFFFFFFFE, -2",
        "I32, 00010000, 65536",
        "I16, FFFF, -1",
        "I8, 80, -128",
        "U8, 80, 128",
        "BOOL, 01, 1"
    })
    void everyElementTypeIsReadAsFloat(String type, String bigEndianHex, float expected) {
        byte[] element = new byte[bigEndianHex.length() / 2];
        for (int i = 0; i < element.length; i++) {
            int at = bigEndianHex.length() - 2 * (i + 1);
            element[i] = (byte) Integer.parseInt(bigEndianHex.substring(at, at + 2), 16);
        }
        String header =
                "{\"x\":{\"dtype\":\"%s\",\"shape\":[],\"data_offsets\":[0,%d]}}".formatted(type, element.length);

        StateDict weights = SafeTensors.read(file(header, element), "test");

        assertThat(weights.tensor("x").data()).containsExactly(expected);
    }

    @Test
    void headerOfTwoGibibytesIsRefusedBeforeAnythingIsAllocated() throws IOException {
        byte[] bytes = ByteBuffer.allocate(64)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(1L << 31)
                .put((byte) '{')
                .array();
        Path file = Files.write(directory.resolve("huge.safetensors"), bytes);

        assertThatThrownBy(() -> SafeTensors.read(file))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("2147483648");
        assertThatThrownBy(() -> SafeTensors.read(new ByteArrayInputStream(bytes), "stream"))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("stream");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":PAIR,\"b\":PAIR} | overlap",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}} | gaps",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}} | data_offsets are [-8, 0]",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}} | needs 12 bytes",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}} | negative size",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}} | too large",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]}} | data_offsets",
                "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]}} | F8_E4M3",
                "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}} | needs dtype, shape",
                "{\"a\":PAIR,\"a\":PAIR} | Duplicate field 'a'",
                "{\"a\":PAIR} trailing | Unrecognized token",
                "[] | expected START_OBJECT",
                "{\"a\": | broken safetensors header",
                "{\"__metadata__\":{\"k\":1}} | expected VALUE_STRING",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}} | cut short",
                "{} | after its last tensor",
            })
    void brokenHeadersAreRefusedByReason(String header, String reason) {
        ByteBuffer bytes = file(header.replace("PAIR", F32_PAIR), new byte[8]);

        assertThatThrownBy(() -> SafeTensors.read(bytes, "broken.safetensors"))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("broken.safetensors")
                .hasMessageContaining(reason);
    }

    @Test
    void malformedUtf8IsRefused() {
        ByteBuffer bytes = file("{\"a\":" + F32_PAIR + "}", new byte[8]);
        bytes.put(10, (byte) 0xFF);

        assertThatThrownBy(() -> SafeTensors.read(bytes, "x")).isInstanceOf(BadDataException.class);
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] whole = written(sample(), Map.of("format", "pt"));

        for (int length = 0; length < whole.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
            assertThatThrownBy(() -> SafeTensors.read(cut, "cut")).isInstanceOf(BadDataException.class);
        }
    }

    @Test
    void missingFileAndDirectoryAreNamed() {
        Path missing = directory.resolve("none.safetensors");

        assertThatThrownBy(() -> SafeTensors.read(missing))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("none.safetensors");
        assertThatThrownBy(() -> SafeTensors.read(directory))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("not a file");
    }

    static StateDict sample() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("conv1.weight", Tensor.of(new float[] {1, -2, 3.5f, Float.MIN_VALUE}, 2, 1, 1, 2));
        tensors.put("bn1.num_batches_tracked", Tensor.of(new float[] {7}));
        tensors.put("empty", Tensor.of(new float[0], 0, 3));
        tensors.put("fc.bias", Tensor.of(new float[] {Float.NaN, -0f, 1e30f}, 3));
        return new StateDict(tensors);
    }

    private static byte[] written(StateDict weights, Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafeTensors.write(weights, metadata, out);
        return out.toByteArray();
    }

    private static ByteBuffer file(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data)
                .flip();
    }
}
