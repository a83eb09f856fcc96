package io.resnetspark.model.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.model.error.BadDataException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Weights in parts, as Hugging Face's libraries write large ones: {@code model.safetensors.index.json} (or {@code
 * pytorch_model.bin.index.json}) says under {@code weight_map} in which file beside it each tensor lies.
 *
 * @param file the index
 * @param fileOfTensor name of the part by name of the tensor, in the order of the index
 */
record ShardIndex(Path file, Map<String, String> fileOfTensor) {

    private static final String MAP = "weight_map";

    /** {@code weight_map} comes first or after a few numbers. */
    private static final int START_BYTES = 4096;

    /** Whether this is such an index; safetensors, which hold JSON too, begin with a number. */
    static boolean accepts(ByteBuffer bytes) {
        int length = Math.min(bytes.limit(), START_BYTES);
        String start = StandardCharsets.UTF_8.decode(bytes.slice(0, length)).toString();
        return start.stripLeading().startsWith("{") && start.contains("\"" + MAP + "\"");
    }

    /** @throws BadDataException if it is damaged or names a file elsewhere */
    static ShardIndex read(Path file, ByteBuffer bytes) {
        Map<String, String> fileOfTensor = new LinkedHashMap<>();
        try {
            JsonNode map = new ObjectMapper()
                    .readTree(StandardCharsets.UTF_8.decode(bytes.slice()).toString())
                    .path(MAP);
            map.fields().forEachRemaining(entry -> {
                String part = entry.getValue().asText("");
                if (part.isEmpty() || part.contains("/") || part.contains("\\") || part.equals("..")) {
                    throw new BadDataException("%s names the part %s, which is no file beside it"
                            .formatted(file, PickleMachine.printable(part)));
                }
                fileOfTensor.put(entry.getKey(), part);
            });
        } catch (JsonProcessingException e) {
            throw new BadDataException(
                    "%s is damaged: %s; copy or download it again".formatted(file, e.getOriginalMessage()), e);
        }
        return new ShardIndex(file, fileOfTensor);
    }

    /**
     * The tensors of all parts, in the order of the index.
     *
     * @throws BadDataException if a part is missing, damaged, or lacks a tensor
     */
    StateDict weights() {
        Map<String, StateDict> parts = new LinkedHashMap<>();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        fileOfTensor.forEach((name, part) -> {
            Path path = file.resolveSibling(part);
            if (!parts.containsKey(part)) {
                parts.put(part, readPart(path));
            }
            tensors.put(
                    name,
                    parts.get(part)
                            .find(name)
                            .orElseThrow(() -> new BadDataException(
                                    "%s has no tensor %s, which %s looks for there; download both again"
                                            .formatted(path, PickleMachine.printable(name), file.getFileName()))));
        });
        return new StateDict(tensors);
    }

    private StateDict readPart(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new BadDataException(
                    "%s is missing, one of the parts that %s lists; put all parts beside it".formatted(path, file));
        }
        return WeightsFile.readOne(path);
    }
}
