package io.resnetspark.pipeline.model;

import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.weights.DownloadProgress;
import io.resnetspark.model.weights.PretrainedWeights;
import io.resnetspark.model.weights.SafeTensors;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.WeightsFile;
import io.resnetspark.pipeline.storage.Location;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;

/**
 * The files of a model that is no run: weights and what lies beside them, on this machine. From HDFS, S3 and the like they
 * are copied and deleted again when closed.
 */
final class ModelFiles implements AutoCloseable {

    /** What a folder of weights is made of. */
    private static final Pattern PARTS = Pattern.compile(".*\\.(json|safetensors|bin)");

    private final Path file;
    private final Optional<Path> scratch;
    private final String copiedFrom;

    private ModelFiles(Path file, Optional<Path> scratch, String copiedFrom) {
        this.file = file;
        this.scratch = scratch;
        this.copiedFrom = copiedFrom;
    }

    /**
     * Finds the files.
     *
     * @param name a file, or a folder of them as on the Hugging Face hub, by path or URI; or {@code torchvision:NAME}
     * @throws BadDataException if there are none
     * @throws ConfigurationException if there is no such file system here
     */
    static ModelFiles of(String name, Configuration hadoop) {
        if (PretrainedWeights.isReference(name)) {
            return here(PublishedWeights.ofThisProcess().file(name, DownloadProgress.SILENT), name);
        }
        Path literal = local(name);
        if (Files.exists(literal)) {
            return here(literal, name);
        }
        Location location = Location.of(name, hadoop);
        try {
            return location.isLocal()
                    ? here(local(location.path().toUri().getPath()), name)
                    : copied(location.fileSystem(), location.path(), name);
        } catch (FileNotFoundException e) {
            throw nothing(name);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    private static Path local(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new ConfigurationException("\"%s\" is no path: %s".formatted(name, e.getReason()), e);
        }
    }

    private static BadDataException nothing(String name) {
        return new BadDataException(
                "There is no model at %s: neither a run directory nor a weights file".formatted(name));
    }

    private static ModelFiles here(Path path, String name) {
        if (!Files.exists(path)) {
            throw nothing(name);
        }
        return new ModelFiles(weightsOf(path, name), Optional.empty(), "");
    }

    private static Path weightsOf(Path path, String name) {
        if (!Files.isDirectory(path)) {
            return path;
        }
        return WeightsFile.inFolder(path)
                .orElseThrow(() -> new BadDataException(
                        "%s is a directory but neither a run, it has no run.json, nor a folder of weights, with model.safetensors or pytorch_model.bin"
                                .formatted(name)));
    }

    private static ModelFiles copied(FileSystem files, org.apache.hadoop.fs.Path path, String name) throws IOException {
        FileStatus status = files.getFileStatus(path);
        boolean alone = !status.isDirectory() && !path.getName().endsWith(".index.json");
        org.apache.hadoop.fs.Path folder = status.isDirectory() ? path : path.getParent();
        Path scratch = Files.createTempDirectory("resnet-spark-model-");
        try {
            if (!status.isDirectory()) {
                copy(files, path, scratch);
            }
            for (FileStatus each : files.listStatus(folder)) {
                String part = each.getPath().getName();
                boolean wanted = alone
                        ? HubModel.FILES.contains(part)
                        : PARTS.matcher(part).matches();
                if (each.isFile() && wanted && !Files.exists(scratch.resolve(part))) {
                    copy(files, each.getPath(), scratch);
                }
            }
            Path file = status.isDirectory() ? weightsOf(scratch, name) : scratch.resolve(path.getName());
            return new ModelFiles(file, Optional.of(scratch), folder.toString());
        } catch (IOException | RuntimeException e) {
            FileUtils.deleteQuietly(scratch.toFile());
            throw e;
        }
    }

    private static void copy(FileSystem files, org.apache.hadoop.fs.Path from, Path folder) throws IOException {
        try (InputStream in = files.open(from)) {
            Files.copy(in, folder.resolve(from.getName()));
        }
    }

    /** The weights, under the names of the file. */
    StateDict weights() {
        return naming(() -> WeightsFile.read(file));
    }

    /** What one of our own files says about itself. */
    Optional<ModelCard> card() {
        return naming(() -> WeightsFile.isSafeTensors(file)
                ? Optional.ofNullable(SafeTensors.metadata(file).get(CheckpointFormat.CARD_KEY))
                        .map(CheckpointFormat::parseCard)
                : Optional.empty());
    }

    /** What the files of the Hugging Face hub beside the weights say. */
    Optional<HubModel> hub() {
        return naming(() -> HubModel.beside(file));
    }

    /** Messages name the files where the user has them. */
    private <T> T naming(Supplier<T> read) {
        try {
            return read.get();
        } catch (BadDataException e) {
            if (scratch.isEmpty()) {
                throw e;
            }
            throw new BadDataException(e.getMessage().replace(scratch.get().toString(), copiedFrom), e);
        }
    }

    @Override
    public void close() {
        scratch.ifPresent(folder -> FileUtils.deleteQuietly(folder.toFile()));
    }
}
