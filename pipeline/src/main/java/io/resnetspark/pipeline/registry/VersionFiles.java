package io.resnetspark.pipeline.registry;

import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.DirectoryPublication;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The files of a model's versions. A directory is written under a name of its own and becomes a version by its log entry;
 * no two writers ever touch the same one.
 */
final class VersionFiles {

    private static final String DIRECTORY = "versions";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** Longer than any writer takes between starting a directory and its log entry. */
    private static final Duration LEFTOVER_AGE = Duration.ofDays(2);

    private final AtomicStore store;
    private final String model;

    VersionFiles(AtomicStore store, String model) {
        this.store = store;
        this.model = model;
    }

    /**
     * @param directory its name
     * @param fingerprint SHA-256 of the list of its files' checksums
     */
    record Written(String directory, String fingerprint) {}

    /** Path in the registry of a version's directory. */
    static String path(String model, String directory) {
        return model + "/" + DIRECTORY + "/" + directory;
    }

    static byte[] weights(NewVersion candidate) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CheckpointFormat.writeModel(candidate.card(), candidate.weights(), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written", e);
        }
        return bytes.toByteArray();
    }

    /** What makes two candidates the same version: run, checkpoint and model. */
    static String key(NewVersion candidate, byte[] weights) {
        String origin = candidate
                .lineage()
                .run()
                .map(run -> run.id() + " " + run.checkpoint())
                .orElse("");
        return DigestUtils.sha256Hex(origin + "\n" + DigestUtils.sha256Hex(weights));
    }

    Written write(NewVersion candidate, String key, byte[] weights) {
        VersionDocument document = new VersionDocument(
                VersionDocument.FORMAT_VERSION,
                model,
                key,
                candidate.card(),
                Signature.of(candidate.card()),
                candidate.metrics(),
                candidate.lineage(),
                List.copyOf(candidate.attachments().keySet()));
        String directory =
                STAMP.format(Instant.now()) + "-" + UUID.randomUUID().toString().substring(0, 8);
        try (DirectoryPublication files = store.startDirectory(path(model, directory))) {
            files.write(CheckpointFormat.WEIGHTS, weights);
            files.write(VersionDocument.FILE, JsonDocument.bytes(document));
            for (Map.Entry<String, byte[]> attachment : candidate.attachments().entrySet()) {
                files.write(attachment.getKey(), attachment.getValue());
            }
            files.commit();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot write a version of %s to %s: %s".formatted(model, store.root(), e.getMessage()), e);
        }
        return new Written(
                directory, store.directory(path(model, directory)).orElseThrow().fingerprint());
    }

    void delete(String directory) {
        store.delete(path(model, directory));
    }

    /** Directories of no version: their writers died, are still at work, or died while deleting. */
    List<String> leftovers(Supplier<RegistryState> state) {
        List<String> present = store.list(model + "/" + DIRECTORY); // first: what is added later is not judged
        Set<String> used = state.get().versions().values().stream()
                .map(RegistryState.Entry::directory)
                .collect(Collectors.toSet());
        return present.stream().filter(directory -> !used.contains(directory)).toList();
    }

    void deleteLeftovers(Supplier<RegistryState> state, Instant now) {
        Instant before = now.minus(LEFTOVER_AGE);
        for (String leftover : leftovers(state)) {
            if (leftover.compareTo(STAMP.format(before)) < 0) {
                delete(leftover);
            }
        }
        store.deleteUnfinished(model + "/" + DIRECTORY, before);
        store.deleteUnfinished(model + "/" + EventLog.DIRECTORY, before);
    }
}
