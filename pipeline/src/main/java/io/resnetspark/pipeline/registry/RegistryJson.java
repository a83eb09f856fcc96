package io.resnetspark.pipeline.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.resnetspark.model.error.BadDataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The registry's documents as JSON: snake case, and sealed with a checksum where nothing else checks them. */
final class RegistryJson {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private RegistryJson() {}

    static byte[] pretty(Object value) {
        try {
            return (MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n")
                    .getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write " + value, e);
        }
    }

    static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    static JsonNode tree(byte[] json, String path) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException e) {
            throw damaged(path, e);
        }
    }

    static <T> T read(byte[] json, Class<T> type, String path) {
        try {
            return MAPPER.readValue(json, type);
        } catch (IOException e) {
            throw damaged(path, e);
        }
    }

    /** {@code {"sha256": …, "content": …}}, the checksum being that of the content without spaces. */
    static byte[] sealed(Object value) {
        JsonNode content = MAPPER.valueToTree(value);
        ObjectNode sealed = MAPPER.createObjectNode();
        sealed.put("sha256", sha256(content.toString().getBytes(StandardCharsets.UTF_8)));
        sealed.set("content", content);
        return pretty(sealed);
    }

    /** @throws BadDataException if the content is not what was sealed */
    static <T> T unseal(byte[] json, Class<T> type, String path) {
        JsonNode sealed = tree(json, path);
        JsonNode content = sealed.path("content");
        String actual = sha256(content.toString().getBytes(StandardCharsets.UTF_8));
        if (!actual.equals(sealed.path("sha256").asText())) {
            throw new BadDataException(
                    "%s is damaged: it does not match its checksum; use another copy".formatted(path));
        }
        try {
            return MAPPER.treeToValue(content, type);
        } catch (JsonProcessingException e) {
            throw damaged(path, e);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static BadDataException damaged(String path, IOException cause) {
        return new BadDataException("%s is damaged: %s; use another copy".formatted(path, cause.getMessage()), cause);
    }
}
