package io.resnetspark.model.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.resnetspark.model.error.BadDataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON header of a safetensors file, checked: known types, sizes that match the byte ranges, ranges that follow one
 * another without gap or overlap.
 *
 * @param headerBytes length of the JSON in bytes
 * @param metadata the strings under {@code __metadata__}
 * @param entries tensors by name in the order of the JSON
 * @param dataBytes bytes of all tensors together
 */
record SafeTensorsHeader(int headerBytes, Map<String, String> metadata, Map<String, Entry> entries, int dataBytes) {

    /**
     * One tensor's place.
     *
     * @param begin offset of the first byte after the header
     * @param end offset behind the last byte
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(ElementType type, long[] shape, int begin, int end) {}

    /** The limit of the reference implementation. A ResNet-152's header has 100 kB. */
    static final int MAX_HEADER_BYTES = 100_000_000;

    private static final int MAX_DIMENSIONS = 16;
    private static final int LENGTH_BYTES = Long.BYTES;
    private static final String METADATA = "__metadata__";
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * The header's length, from the first eight bytes.
     *
     * @param available length of the file in bytes
     */
    static int checkedLength(ByteBuffer start, int available, String source) {
        if (start.limit() < LENGTH_BYTES) {
            throw new BadDataException("%s is not safetensors: it has %d bytes, fewer than the header's length needs"
                    .formatted(source, start.limit()));
        }
        long length = start.getLong(0);
        if (length < 2 || length > MAX_HEADER_BYTES) {
            throw new BadDataException("%s claims a safetensors header of %s bytes; 2 to %d are allowed"
                    .formatted(source, Long.toUnsignedString(length), MAX_HEADER_BYTES));
        }
        if (length > available - LENGTH_BYTES) {
            throw cutShort(source, length, available - LENGTH_BYTES);
        }
        return (int) length;
    }

    private static BadDataException cutShort(String source, long promised, int present) {
        return new BadDataException("%s is cut short: its safetensors header should have %d bytes and %d are there"
                .formatted(source, promised, present));
    }

    /** Parses and checks {@code header}, which should have {@code headerBytes} bytes. */
    static SafeTensorsHeader parse(ByteBuffer header, int headerBytes, String source) {
        if (header.remaining() < headerBytes) {
            throw cutShort(source, headerBytes, header.remaining());
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, Entry> entries = new LinkedHashMap<>();
        // The decoder refuses malformed UTF-8, and a String keeps Jackson from guessing at UTF-16.
        try (JsonParser parser = JSON.createParser(
                StandardCharsets.UTF_8.newDecoder().decode(header.slice()).toString())) {
            expect(parser.nextToken(), JsonToken.START_OBJECT, "the header");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.getCurrentName();
                if (name.equals(METADATA)) {
                    readMetadata(parser, metadata);
                } else {
                    entries.put(name, readEntry(parser, name));
                }
            }
            expect(parser.nextToken(), null, "the end of the header");
            return new SafeTensorsHeader(headerBytes, metadata, entries, checkedDataBytes(entries));
        } catch (IOException | IllegalArgumentException e) {
            throw new BadDataException("%s has a broken safetensors header: %s".formatted(source, summary(e)), e);
        }
    }

    /** A parser's message without Jackson's dump of the source. */
    private static String summary(Exception e) {
        String message = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    private static void readMetadata(JsonParser parser, Map<String, String> metadata) throws IOException {
        if (parser.nextToken() == JsonToken.VALUE_NULL) {
            return; // some writers' word for none
        }
        expect(parser.currentToken(), JsonToken.START_OBJECT, METADATA);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.getCurrentName();
            expect(parser.nextToken(), JsonToken.VALUE_STRING, METADATA + " " + key);
            metadata.put(key, parser.getText());
        }
    }

    private static Entry readEntry(JsonParser parser, String name) throws IOException {
        ElementType type = null;
        long[] shape = null;
        long[] range = null;
        expect(parser.nextToken(), JsonToken.START_OBJECT, name);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.getCurrentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "dtype" -> {
                    expect(value, JsonToken.VALUE_STRING, name + " dtype");
                    type = elementType(parser.getText(), name);
                }
                case "shape" -> shape = readLongs(parser, name + " shape");
                case "data_offsets" -> range = readLongs(parser, name + " data_offsets");
                default -> parser.skipChildren();
            }
        }
        if (type == null || shape == null || range == null || range.length != 2) {
            throw new IllegalArgumentException(name + " needs dtype, shape and two data_offsets");
        }
        long bytes = checkedBytes(type, shape);
        if (range[0] < 0 || range[1] > Integer.MAX_VALUE || range[1] - range[0] != bytes) {
            throw new IllegalArgumentException("%s with shape %s of %s needs %d bytes, but its data_offsets are %s"
                    .formatted(name, Arrays.toString(shape), type, bytes, Arrays.toString(range)));
        }
        return new Entry(type, shape, (int) range[0], (int) range[1]);
    }

    private static ElementType elementType(String dtype, String name) {
        for (ElementType type : ElementType.values()) {
            if (type.name().equals(dtype)) {
                return type;
            }
        }
        throw new IllegalArgumentException("%s has the element type %s; read are %s"
                .formatted(name, dtype, Arrays.toString(ElementType.values())));
    }

    private static long checkedBytes(ElementType type, long[] shape) {
        long elements = Tensor.elements(shape);
        if (elements > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " is too large");
        }
        return elements * type.byteCount();
    }

    private static long[] readLongs(JsonParser parser, String what) throws IOException {
        expect(parser.currentToken(), JsonToken.START_ARRAY, what);
        long[] values = new long[MAX_DIMENSIONS];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, what);
            if (count == MAX_DIMENSIONS) {
                throw new IllegalArgumentException(what + " has more than " + MAX_DIMENSIONS + " numbers");
            }
            values[count++] = parser.getLongValue();
        }
        return Arrays.copyOf(values, count);
    }

    private static void expect(@Nullable JsonToken actual, @Nullable JsonToken expected, String where) {
        if (actual != expected) {
            throw new IllegalArgumentException("%s: expected %s, found %s".formatted(where, expected, actual));
        }
    }

    private static int checkedDataBytes(Map<String, Entry> entries) {
        List<Map.Entry<String, Entry>> byOffset = entries.entrySet().stream()
                .sorted(Comparator.comparingInt(
                                (Map.Entry<String, Entry> e) -> e.getValue().begin())
                        .thenComparingInt(e -> e.getValue().end()))
                .toList();
        int end = 0;
        for (Map.Entry<String, Entry> entry : byOffset) {
            if (entry.getValue().begin() != end) {
                throw new IllegalArgumentException(
                        "%s begins at byte %d where the tensor before it ends at %d; ranges must neither overlap nor leave gaps"
                                .formatted(entry.getKey(), entry.getValue().begin(), end));
            }
            end = entry.getValue().end();
        }
        return end;
    }

    /** The type a tensor of that name is written as. */
    static ElementType typeOf(String name) {
        return StateDict.isBatchesTracked(name) ? ElementType.I64 : ElementType.F32;
    }

    /**
     * The JSON for {@code weights} in their own order, padded with spaces so that the data begin at a multiple of 8.
     *
     * @param dataOrder the order in which the tensors' bytes follow
     */
    static byte[] of(StateDict weights, List<String> dataOrder, Map<String, String> metadata) throws IOException {
        Map<String, Long> begins = new LinkedHashMap<>();
        long offset = 0;
        for (String name : dataOrder) {
            begins.put(name, offset);
            offset += (long) weights.tensor(name).size() * typeOf(name).byteCount();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                writeMetadata(json, new TreeMap<>(metadata));
            }
            for (Map.Entry<String, Tensor> entry : weights.asMap().entrySet()) {
                if (entry.getKey().equals(METADATA)) {
                    throw new IllegalArgumentException("a tensor cannot be named " + METADATA);
                }
                writeEntry(
                        json,
                        entry.getKey(),
                        entry.getValue(),
                        Objects.requireNonNull(begins.get(entry.getKey()), entry.getKey()));
            }
            json.writeEndObject();
        }
        while (bytes.size() % Long.BYTES != 0) {
            bytes.write(' ');
        }
        return bytes.toByteArray();
    }

    private static void writeMetadata(JsonGenerator json, SortedMap<String, String> metadata) throws IOException {
        json.writeObjectFieldStart(METADATA);
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    private static void writeEntry(JsonGenerator json, String name, Tensor tensor, long begin) throws IOException {
        ElementType type = typeOf(name);
        json.writeObjectFieldStart(name);
        json.writeStringField("dtype", type.name());
        json.writeFieldName("shape");
        json.writeArray(tensor.shape(), 0, tensor.shape().length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {begin, begin + (long) tensor.size() * type.byteCount()}, 0, 2);
        json.writeEndObject();
    }
}
