package io.resnetspark.pipeline.storage;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.resnetspark.model.error.BadDataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How records become JSON files and back: indented, names in snake case, times as ISO 8601, null where a number is
 * undefined, components that are {@link Flattened} among those around them. Properties that a record does not have, such as
 * those of a newer version, are passed over.
 */
public final class JsonDocument {

    private static final PropertyNamingStrategies.SnakeCaseStrategy NAMES =
            new PropertyNamingStrategies.SnakeCaseStrategy();

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new SimpleModule()
                    .addSerializer(Instant.class, ToStringSerializer.instance)
                    .addDeserializer(Instant.class, new InstantReader())
                    .addSerializer(double.class, new UndefinedAsNull())
                    .addSerializer(Double.class, new UndefinedAsNull())
                    .addDeserializer(double.class, new NullAsUndefined()))
            .addModule(new FlattenedModule(NAMES))
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private JsonDocument() {}

    /** The text of a document, ending with a line break. */
    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Plain data must have a JSON form: " + value, e);
        }
    }

    /** {@link #text} in UTF-8. */
    public static byte[] bytes(Object value) {
        return text(value).getBytes(StandardCharsets.UTF_8);
    }

    /** A document in one line, without a line break. */
    public static String line(Object value) {
        return tree(value).toString();
    }

    /** A document to be changed or taken apart. */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /**
     * Parses a document of any form.
     *
     * @param file named when it is damaged
     * @throws BadDataException if it is not JSON
     */
    public static JsonNode parse(String text, String file) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw damaged(file, e);
        }
    }

    /** As {@link #parse(String, String)}, from UTF-8. */
    public static JsonNode parse(byte[] utf8, String file) {
        return parse(new String(utf8, StandardCharsets.UTF_8), file);
    }

    /**
     * Reads a record.
     *
     * @param file named when it is damaged
     * @throws BadDataException if it is not the JSON of such a record
     */
    public static <T> T read(String text, Class<T> type, String file) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw damaged(file, e);
        }
    }

    /** As {@link #read(String, Class, String)}, from UTF-8. */
    public static <T> T read(byte[] utf8, Class<T> type, String file) {
        return read(new String(utf8, StandardCharsets.UTF_8), type, file);
    }

    /** As {@link #read(String, Class, String)}, from a part of a document. */
    public static <T> T read(JsonNode tree, Class<T> type, String file) {
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw damaged(file, e);
        }
    }

    /**
     * What a tree says, by the path of each value, its keys joined with dots; in the tree's order.
     *
     * @return text as it is, numbers, booleans and arrays as JSON writes them; what is null is left out
     */
    public static Map<String, String> values(JsonNode tree) {
        Map<String, String> values = new LinkedHashMap<>();
        addValues("", tree, values);
        return values;
    }

    private static void addValues(String path, JsonNode node, Map<String, String> values) {
        if (node.isObject()) {
            node.fields()
                    .forEachRemaining(field -> addValues(
                            path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue(), values));
        } else if (!node.isNull()) {
            values.put(path, node.isTextual() ? node.asText() : node.toString());
        }
    }

    private static BadDataException damaged(String file, JsonProcessingException cause) {
        return new BadDataException(
                "%s is damaged (%s); restore it from a copy".formatted(file, cause.getOriginalMessage()), cause);
    }

    private static final class InstantReader extends StdDeserializer<Instant> {

        private static final long serialVersionUID = 1L;

        InstantReader() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return Instant.parse(parser.getText());
        }
    }

    private static final class UndefinedAsNull extends StdSerializer<Double> {

        private static final long serialVersionUID = 1L;

        UndefinedAsNull() {
            super(Double.class);
        }

        @Override
        public void serialize(Double value, JsonGenerator out, SerializerProvider provider) throws IOException {
            if (Double.isFinite(value)) {
                out.writeNumber(value);
            } else {
                out.writeNull();
            }
        }
    }

    private static final class NullAsUndefined extends StdDeserializer<Double> {

        private static final long serialVersionUID = 1L;

        NullAsUndefined() {
            super(double.class);
        }

        @Override
        public Double deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return _parseDoublePrimitive(in, context);
        }

        @Override
        public Double getNullValue(DeserializationContext context) {
            return Double.NaN;
        }
    }
}
