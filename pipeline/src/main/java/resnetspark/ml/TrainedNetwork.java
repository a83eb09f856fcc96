package resnetspark.ml;

import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.weights.SafeTensors;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelClassifierSource;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.model.Precision;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The data of a {@link ResNetClassificationModel}: a network with its weights, kept as the bytes of a safetensors file, and
 * what its outputs mean.
 */
final class TrainedNetwork implements Serializable {

    private static final long serialVersionUID = 1L;
    private static final String NETWORK = "network.safetensors";
    private static final String LABELS = "labels.json";

    private final ModelCard card;
    private final ClassLabels labels;
    private final byte[] safetensors;

    TrainedNetwork(LoadedModel model, ClassLabels labels) {
        List<String> outputNames =
                labels.outputs().stream().map(labels.names()::get).toList();
        this.card = model.card().withLabels(outputNames);
        this.labels = labels;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CheckpointFormat.writeModel(card, model.weights(), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written", e);
        }
        this.safetensors = bytes.toByteArray();
    }

    ModelCard card() {
        return card;
    }

    ClassLabels labels() {
        return labels;
    }

    /** What travels to executors. */
    ModelClassifierSource source(String description, int batchSize, Precision precision) {
        try {
            return new ModelClassifierSource(
                    new LoadedModel(
                            card, SafeTensors.read(new ByteArrayInputStream(safetensors), description), description),
                    batchSize,
                    precision);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be read", e);
        }
    }

    /** Writes {@code network.safetensors}, which other commands and tools read too, and {@code labels.json}. */
    void write(String directory, Configuration hadoop) {
        Path path = new Path(directory);
        try {
            FileSystem files = path.getFileSystem(hadoop);
            try (OutputStream out = files.create(new Path(path, NETWORK), false)) {
                out.write(safetensors);
            }
            try (OutputStream out = files.create(new Path(path, LABELS), false)) {
                out.write(JsonDocument.bytes(labels));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the network to " + directory, e);
        }
    }

    /** @throws BadDataException if a file is missing or damaged */
    static TrainedNetwork read(String directory, Configuration hadoop) {
        Path path = new Path(directory);
        try {
            FileSystem files = path.getFileSystem(hadoop);
            ClassLabels labels;
            try (InputStream in = files.open(new Path(path, LABELS))) {
                labels = JsonDocument.read(in.readAllBytes(), ClassLabels.class, new Path(path, LABELS).toString());
            }
            String network = files.makeQualified(new Path(path, NETWORK)).toString();
            return new TrainedNetwork(ModelSource.load(network, Optional.empty(), Optional.empty(), hadoop), labels);
        } catch (IOException e) {
            throw new BadDataException("Cannot read the network in %s: %s".formatted(directory, e.getMessage()), e);
        }
    }
}
