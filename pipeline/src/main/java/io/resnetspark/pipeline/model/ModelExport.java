package io.resnetspark.pipeline.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.Location;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.hadoop.conf.Configuration;

/**
 * Writes a model as one safetensors file with torchvision's keys, and beside it a JSON file with labels and preprocessing
 * for readers of other tools; ours find the same in the safetensors file itself. Each file appears at once or not at all.
 */
public sealed interface ModelExport {

    /**
     * Where a model is to be written. Opened before there is anything to write, so that a place that cannot be had is told
     * first.
     *
     * @param file a path on this machine or a URI; should end in {@code .safetensors}
     * @throws ConfigurationException if there is no such file system here
     */
    static ModelExport to(String file, Configuration hadoop) {
        org.apache.hadoop.fs.Path path = Location.parse(file);
        String scheme = path.toUri().getScheme();
        if (scheme == null) {
            return new OnThisMachine(Path.of(file));
        }
        if (scheme.equals("file")) {
            return new OnThisMachine(Path.of(path.toUri().getPath()));
        }
        if (path.isRoot()) {
            throw new ConfigurationException("%s names no file to write".formatted(file));
        }
        return new Elsewhere(AtomicStore.at(path.getParent().toString(), hadoop), path.getName());
    }

    /**
     * Writes both files.
     *
     * @return the JSON file
     * @throws ConfigurationException if a file cannot be written
     */
    String write(LoadedModel model);

    /** As {@link #write(LoadedModel)} to a file on this machine. */
    static String write(LoadedModel model, Path file) {
        return new OnThisMachine(file).write(model);
    }

    private static String descriptionOf(String file) {
        return file.replaceFirst("\\.safetensors$", "") + ".json";
    }

    private static byte[] json(LoadedModel model) throws JsonProcessingException {
        return new ObjectMapper().writer(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(model.card());
    }

    /** On a local disk. */
    record OnThisMachine(Path file) implements ModelExport {

        @Override
        public String write(LoadedModel model) {
            Path description =
                    file.resolveSibling(descriptionOf(file.getFileName().toString()));
            try {
                Path directory = file.toAbsolutePath().getParent();
                Files.createDirectories(directory);
                Path json = Files.createTempFile(directory, ".", ".partial");
                Path weights = Files.createTempFile(directory, ".", ".partial");
                try {
                    Files.write(json, json(model));
                    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(weights))) {
                        CheckpointFormat.writeModel(model.card(), model.weights(), out);
                    }
                    move(json, description);
                    move(weights, file);
                } finally {
                    Files.deleteIfExists(json);
                    Files.deleteIfExists(weights);
                }
            } catch (IOException e) {
                throw new ConfigurationException("Cannot write the model to %s: %s".formatted(file, e.getMessage()), e);
            }
            return description.toString();
        }

        private static void move(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** On another file system. */
    record Elsewhere(AtomicStore folder, String name) implements ModelExport {

        @Override
        public String write(LoadedModel model) {
            String description = descriptionOf(name);
            ByteArrayOutputStream weights = new ByteArrayOutputStream();
            try {
                CheckpointFormat.writeModel(model.card(), model.weights(), weights);
                folder.replace(description, json(model));
                folder.replace(name, weights.toByteArray());
            } catch (IOException | UncheckedIOException e) {
                throw new ConfigurationException(
                        "Cannot write the model to %s: %s".formatted(folder.path(name), e.getMessage()), e);
            }
            return folder.path(description).toString();
        }
    }
}
