package io.resnetspark.pipeline.model;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.onnx.OnnxInput;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.DirectoryPublication;
import io.resnetspark.pipeline.storage.JsonDocument;
import io.resnetspark.pipeline.storage.Location;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.io.output.ByteArrayOutputStream;
import org.apache.hadoop.conf.Configuration;

/**
 * A place for a model that is to be used elsewhere. Files and folders appear at once or not at all; a file replaces the one
 * of its name, a folder must not be there yet.
 */
public final class ModelExport {

    private final AtomicStore folder;
    private final String name;
    private final String target;
    private final ExportFormat format;

    private ModelExport(AtomicStore folder, String name, String target, ExportFormat format) {
        this.folder = folder;
        this.name = name;
        this.target = target;
        this.format = format;
    }

    /**
     * Opens a place before there is anything to write, so that one that cannot be had is told first.
     *
     * @param target a path on this machine or a URI
     * @throws ConfigurationException if there is no such file system here, its name is that of another format, or there is a
     *     folder already
     */
    public static ModelExport to(String target, ExportFormat format, Configuration hadoop) {
        otherFormat(target, format).ifPresent(other -> {
            throw new ConfigurationException("%s is named as a file of another format: add --format %s, or call it %s"
                    .formatted(target, other.name(), renamed(target, other, format)));
        });
        org.apache.hadoop.fs.Path path = Location.parse(target);
        // Whatever Hadoop's default file system is, a name without a scheme is a file here.
        org.apache.hadoop.fs.Path absolute = path.toUri().getScheme() == null ? local(Path.of(target)) : path;
        if (absolute.isRoot()) {
            throw new ConfigurationException("%s names no file to write".formatted(target));
        }
        ModelExport export = new ModelExport(
                AtomicStore.at(absolute.getParent().toString(), hadoop), absolute.getName(), target, format);
        if (format instanceof ExportFormat.HuggingFace) {
            export.refuseContent();
        }
        return export;
    }

    private static Optional<ExportFormat.SingleFile> otherFormat(String target, ExportFormat format) {
        return Stream.of(
                        new ExportFormat.SafeTensors(),
                        new ExportFormat.Torch(),
                        new ExportFormat.Onnx(OnnxInput.FLOAT32))
                .map(ExportFormat.SingleFile.class::cast)
                .filter(other ->
                        target.endsWith(other.ending()) && !other.name().equals(format.name()))
                .findFirst();
    }

    private static String renamed(String target, ExportFormat.SingleFile other, ExportFormat format) {
        String stem = target.substring(0, target.length() - other.ending().length());
        return format instanceof ExportFormat.SingleFile file ? stem + file.ending() : stem;
    }

    private static org.apache.hadoop.fs.Path local(Path file) {
        return new org.apache.hadoop.fs.Path(
                "file", "", file.toAbsolutePath().normalize().toString());
    }

    private void refuseContent() {
        if (folder.exists(name) && !folder.list(name).isEmpty()) {
            throw new ConfigurationException(
                    "%s is there already and not empty; choose another folder, or remove it".formatted(target));
        }
    }

    /** Writes a model as safetensors to a file on this machine. */
    public static void write(LoadedModel model, Path file) {
        to(file.toString(), new ExportFormat.SafeTensors(), new Configuration()).write(model);
    }

    /**
     * Writes the model.
     *
     * @return the file or folder with the model, then the file beside it that describes it, if the format has one
     * @throws ConfigurationException if it cannot be written, or the format has no such network
     */
    public List<String> write(LoadedModel model) {
        try {
            if (format instanceof ExportFormat.SingleFile file) {
                return writeFile(model, file);
            }
            return writeFolder(model, (ExportFormat.HuggingFace) format);
        } catch (IOException | UncheckedIOException e) {
            throw new ConfigurationException("Cannot write the model to %s: %s".formatted(target, e.getMessage()), e);
        }
    }

    private List<String> writeFile(LoadedModel model, ExportFormat.SingleFile file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        file.write(model, bytes);
        if (!file.isDescribedBeside()) {
            folder.replace(name, bytes.toByteArray());
            return List.of(target);
        }
        folder.replace(description(name, file), JsonDocument.bytes(model.card()));
        folder.replace(name, bytes.toByteArray());
        return List.of(target, description(target, file));
    }

    private static String description(String file, ExportFormat.SingleFile format) {
        boolean ends = file.endsWith(format.ending());
        return (ends ? file.substring(0, file.length() - format.ending().length()) : file) + ".json";
    }

    private List<String> writeFolder(LoadedModel model, ExportFormat.HuggingFace format) throws IOException {
        HubFolder content = new HubFolder(model);
        refuseContent();
        try (DirectoryPublication publication = folder.startDirectory(name)) {
            content.write(publication, name, format.evaluation());
            publication.commit();
        }
        return List.of(target);
    }
}
