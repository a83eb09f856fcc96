package io.resnetspark.pipeline.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.storage.JsonDocument;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * JSON documents that carry their own checksum, for files that no list of checksums names:
 * {@code {"sha256": …, "content": …}}, the checksum being that of the content without spaces.
 */
final class SealedDocument {

    private SealedDocument() {}

    static byte[] seal(Object value) {
        JsonNode content = JsonDocument.tree(value);
        ObjectNode sealed = JsonNodeFactory.instance.objectNode();
        sealed.put("sha256", DigestUtils.sha256Hex(content.toString()));
        sealed.set("content", content);
        return JsonDocument.bytes(sealed);
    }

    /** @throws BadDataException if the content is not what was sealed */
    static <T> T unseal(byte[] json, Class<T> type, String path) {
        JsonNode sealed = JsonDocument.parse(json, path);
        JsonNode content = sealed.path("content");
        if (!DigestUtils.sha256Hex(content.toString())
                .equals(sealed.path("sha256").asText())) {
            throw new BadDataException(
                    "%s is damaged: it does not match its checksum; restore it from a copy".formatted(path));
        }
        return JsonDocument.read(content, type, path);
    }
}
