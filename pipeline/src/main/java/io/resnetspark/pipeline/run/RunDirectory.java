package io.resnetspark.pipeline.run;

import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.checkpoint.FormerNames;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.weights.SafeTensors;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.DirectoryPublication;
import io.resnetspark.pipeline.storage.JsonDocument;
import io.resnetspark.pipeline.storage.PublishedDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of a training: {@code run.json} (what was run), {@code metrics.jsonl} (a line per round and epoch), {@code
 * checkpoints/round-NNNNNN}, {@code best.json} and, where batch-norm statistics were computed anew, {@code
 * reestimated/round-NNNNNN}. Every entry appears whole or not at all, on any Hadoop file system.
 */
public final class RunDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(RunDirectory.class);
    private static final String CHECKPOINTS = "checkpoints";
    private static final String REESTIMATED = "reestimated";
    private static final String METRICS = "metrics.jsonl";

    private final AtomicStore store;

    private RunDirectory(AtomicStore store) {
        this.store = store;
    }

    /** The run at {@code path}, which need not exist yet. */
    public static RunDirectory at(String path, Configuration hadoop) {
        return new RunDirectory(AtomicStore.at(path, hadoop));
    }

    /** Fully qualified. */
    public String path() {
        return store.root().toString();
    }

    public boolean exists() {
        return store.exists(RunManifest.FILE);
    }

    /** Replaces the manifest. */
    public void writeManifest(RunManifest manifest) {
        store.replaceText(RunManifest.FILE, JsonDocument.text(manifest));
    }

    /** What was run. */
    public RunManifest manifest() {
        RunManifest manifest = read(RunManifest.FILE, RunManifest.class)
                .orElseThrow(() ->
                        new BadDataException("%s is not a run: it has no %s".formatted(path(), RunManifest.FILE)));
        if (manifest.formatVersion() < 1 || manifest.formatVersion() > RunManifest.FORMAT_VERSION) {
            throw new BadDataException("%s/%s has format %d, this software reads up to %d; use a newer version of it"
                    .formatted(path(), RunManifest.FILE, manifest.formatVersion(), RunManifest.FORMAT_VERSION));
        }
        return manifest;
    }

    /** Replaces {@code metrics.jsonl}. */
    public void writeMetrics(String lines) {
        store.replaceText(METRICS, lines);
    }

    /** The lines of {@code metrics.jsonl}, for who knows what they mean; empty before the first. */
    public List<String> metrics() {
        return store.readText(METRICS)
                .map(text -> text.lines().filter(line -> !line.isBlank()).toList())
                .orElse(List.of());
    }

    /** Replaces {@code best.json}. */
    public void writeBest(BestCheckpoint best) {
        store.replaceText(BestCheckpoint.FILE, JsonDocument.text(best));
    }

    /** The checkpoint with the best validation accuracy, if the run validates. */
    public Optional<BestCheckpoint> best() {
        return read(BestCheckpoint.FILE, BestCheckpoint.class);
    }

    /** Forgets which checkpoint was the best. */
    public void deleteBest() {
        store.delete(BestCheckpoint.FILE);
    }

    /** What the checkpoint after that many rounds is called. */
    public static String checkpointName(int round) {
        return "round-%06d".formatted(round);
    }

    /**
     * Publishes a checkpoint; its name says the round.
     *
     * @throws UncheckedIOException if it cannot be written; nothing of it remains then, and earlier ones are intact
     */
    public String writeCheckpoint(Checkpoint checkpoint, ParameterLayout layout) {
        String name = checkpointName(checkpoint.position().round());
        deleteCheckpoint(name); // a damaged one of the same round, which a resumed training reaches again
        try (DirectoryPublication publication = store.startDirectory(CHECKPOINTS + "/" + name)) {
            CheckpointFormat.write(checkpoint, layout, publication::create);
            publication.commit();
        } catch (IOException e) {
            throw notWritten(name, e);
        } catch (UncheckedIOException e) {
            throw notWritten(name, e.getCause());
        }
        return name;
    }

    private UncheckedIOException notWritten(String name, IOException cause) {
        return new UncheckedIOException(
                "Cannot write checkpoint %s of %s: %s. Earlier checkpoints are intact; see to it that there is room and that the storage can be reached, then go on with --resume"
                        .formatted(name, path(), firstLine(cause)),
                cause);
    }

    private static String firstLine(IOException cause) {
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return message.lines().findFirst().orElse("");
    }

    /** Names of the checkpoints, oldest first; what a killed writer left is not among them. */
    public List<String> checkpoints() {
        return store.list(CHECKPOINTS).stream()
                .filter(name -> store.isPublished(CHECKPOINTS + "/" + name))
                .toList();
    }

    /** Removes what killed writers left. Only for the one that trains this run. */
    public void deleteUnfinished() {
        store.deleteUnfinished("");
        store.deleteUnfinished("report");
        store.deleteUnfinished(CHECKPOINTS);
        store.deleteUnfinished(REESTIMATED);
        List<String> whole = checkpoints();
        store.list(CHECKPOINTS).stream().filter(name -> !whole.contains(name)).forEach(this::deleteCheckpoint);
    }

    /** Deletes a checkpoint; nothing happens when there is none of that name. */
    public void deleteCheckpoint(String name) {
        store.delete(REESTIMATED + "/" + name);
        store.delete(CHECKPOINTS + "/" + name);
    }

    /**
     * Reads a checkpoint after checking every file against its checksum.
     *
     * @throws BadDataException if it is missing, half-written or damaged
     */
    public Checkpoint readCheckpoint(String name) {
        PublishedDirectory directory = store.directory(CHECKPOINTS + "/" + name)
                .orElseThrow(() -> new BadDataException("%s has no complete checkpoint %s".formatted(path(), name)));
        directory.verify();
        try {
            return CheckpointFormat.read(directory::open, path() + "/" + CHECKPOINTS + "/" + name);
        } catch (IOException e) {
            throw new BadDataException(
                    "Cannot read checkpoint %s of %s: %s".formatted(name, path(), e.getMessage()), e);
        }
    }

    /** The newest checkpoint that is whole; damaged ones are passed over with a warning. */
    public Optional<Checkpoint> newestCheckpoint() {
        List<String> names = new ArrayList<>(store.list(CHECKPOINTS)); // half-written ones too: they are spoken of
        java.util.Collections.reverse(names);
        for (String name : names) {
            try {
                return Optional.of(readCheckpoint(name));
            } catch (BadDataException e) {
                LOG.warn("Checkpoint {} cannot be used ({}); trying the one before", name, e.getMessage());
            }
        }
        return Optional.empty();
    }

    /**
     * The checkpoint to use as the run's model: the best one where the run validates, else the newest. Its state has the
     * weights to use, which training does not go on from where a moving average of them is kept or batch-norm statistics
     * were computed anew.
     *
     * @throws BadDataException if there is none
     */
    public Checkpoint model() {
        Checkpoint checkpoint = modelCheckpoint();
        return checkpoint.asModel(
                reestimated(checkpoint).orElse(checkpoint.snapshot().model()));
    }

    /**
     * The checkpoint that {@link #model} is made of, as it was written.
     *
     * @throws BadDataException if there is none
     */
    public Checkpoint modelCheckpoint() {
        return best().map(best -> readCheckpoint(best.checkpoint()))
                .or(this::newestCheckpoint)
                .orElseThrow(() -> new BadDataException(
                        "%s has no checkpoint to use; train it first, or resume it".formatted(path())));
    }

    /** Publishes a checkpoint's model with batch-norm statistics computed anew; the checkpoint stays as it is. */
    public void writeReestimated(Checkpoint checkpoint, float[] parameters, ParameterLayout layout) {
        String name = checkpointName(checkpoint.position().round());
        store.delete(REESTIMATED + "/" + name);
        try (DirectoryPublication publication = store.startDirectory(REESTIMATED + "/" + name)) {
            try (OutputStream out = publication.create(CheckpointFormat.WEIGHTS)) {
                CheckpointFormat.writeModel(checkpoint.card(), NetworkWeights.fromFlat(layout, parameters), out);
            }
            publication.commit();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot write the re-estimated model of %s of %s; the checkpoint is intact".formatted(name, path()),
                    e);
        }
    }

    /**
     * The checkpoint's model with batch-norm statistics computed anew, if they were.
     *
     * @throws BadDataException if it is damaged
     */
    public Optional<float[]> reestimated(Checkpoint checkpoint) {
        return store.directory(
                        REESTIMATED + "/" + checkpointName(checkpoint.position().round()))
                .map(directory -> {
                    String file = directory.path() + "/" + CheckpointFormat.WEIGHTS;
                    try {
                        return NetworkWeights.toFlat(
                                ParameterLayout.of(checkpoint.card().spec()),
                                SafeTensors.read(
                                        new ByteArrayInputStream(directory.read(CheckpointFormat.WEIGHTS)), file));
                    } catch (IOException e) {
                        throw new BadDataException("Cannot read %s: %s".formatted(file, e.getMessage()), e);
                    }
                });
    }

    private <T> Optional<T> read(String file, Class<T> type) {
        String path = path() + "/" + file;
        return store.readText(file)
                .map(text -> JsonDocument.read(FormerNames.snakeCase(JsonDocument.parse(text, path)), type, path));
    }
}
