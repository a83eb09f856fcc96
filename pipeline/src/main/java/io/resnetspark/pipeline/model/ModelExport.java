package io.resnetspark.pipeline.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.error.ConfigurationException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes a model as one safetensors file with torchvision's keys, and beside it a JSON file with labels and preprocessing
 * for readers of other tools; ours find the same in the safetensors file itself.
 */
public final class ModelExport {

    private ModelExport() {}

    /**
     * Writes both files, each at once or not at all.
     *
     * @param file should end in {@code .safetensors}
     * @return the JSON file
     * @throws ConfigurationException if a file cannot be written
     */
    public static Path write(LoadedModel model, Path file) {
        Path description =
                file.resolveSibling(file.getFileName().toString().replaceFirst("\\.safetensors$", "") + ".json");
        try {
            Path directory = file.toAbsolutePath().getParent();
            Files.createDirectories(directory);
            Path json = Files.createTempFile(directory, ".", ".partial");
            Files.write(
                    json,
                    new ObjectMapper()
                            .writer(SerializationFeature.INDENT_OUTPUT)
                            .writeValueAsBytes(model.card()));
            Path weights = Files.createTempFile(directory, ".", ".partial");
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(weights))) {
                CheckpointFormat.writeModel(model.card(), model.weights(), out);
            }
            Files.move(json, description, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Files.move(weights, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new ConfigurationException("Cannot write the model to %s: %s".formatted(file, e.getMessage()), e);
        }
        return description;
    }
}
