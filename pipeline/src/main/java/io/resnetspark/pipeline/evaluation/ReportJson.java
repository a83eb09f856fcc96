package io.resnetspark.pipeline.evaluation;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.io.IOException;

/** How reports become JSON and back: snake case, and null where a number is undefined. */
public final class ReportJson {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            // A newer minor version may add properties; readers of version 1 must not fail on them.
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addModule(new SimpleModule()
                    .addSerializer(double.class, new UndefinedAsNull())
                    .addSerializer(Double.class, new UndefinedAsNull())
                    .addDeserializer(double.class, new NullAsUndefined()))
            .build();

    private ReportJson() {}

    /**
     * Reads the report of a directory.
     *
     * @throws BadDataException if there is no whole report, or one of another format
     */
    public static EvaluationReport read(AtomicStore directory) {
        String path = directory.path(ReportWriter.JSON).toString();
        byte[] json = directory
                .read(ReportWriter.JSON)
                .orElseThrow(() -> new BadDataException(path + " does not exist; run `evaluate` to make it"));
        try {
            JsonNode tree = MAPPER.readTree(json);
            int version = tree.path("format_version").asInt(-1);
            if (version != EvaluationReport.FORMAT_VERSION) {
                throw new BadDataException(
                        "%s has report format %d, this software reads %d; run `evaluate` to replace it"
                                .formatted(path, version, EvaluationReport.FORMAT_VERSION));
            }
            return MAPPER.treeToValue(tree, EvaluationReport.class);
        } catch (IOException e) {
            throw new BadDataException("%s is no readable report; run `evaluate` to replace it".formatted(path), e);
        }
    }

    static String pretty(Object value) {
        return write(value, true);
    }

    static String compact(Object value) {
        return write(value, false);
    }

    static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    private static String write(Object value, boolean indented) {
        try {
            return (indented ? MAPPER.writerWithDefaultPrettyPrinter() : MAPPER.writer()).writeValueAsString(value);
        } catch (IOException e) {
            throw new IllegalStateException("A report must always have a JSON form", e);
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
            return in.getDoubleValue();
        }

        @Override
        public Double getNullValue(DeserializationContext context) {
            return Double.NaN;
        }
    }
}
