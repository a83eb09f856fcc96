package io.resnetspark.pipeline.registry;

import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.weights.SafeTensors;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import io.resnetspark.pipeline.storage.PublishedDirectory;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/** One version of a model. Its files never change; every one is checked against its checksum when it is read. */
public final class RegisteredVersion {

    /** Weights and what is needed to use them. */
    public record StoredModel(ModelCard card, StateDict weights) {}

    private final AtomicStore store;
    private final String model;
    private final int version;
    private final RegistryState.Entry entry;
    private final SortedSet<String> aliases;

    RegisteredVersion(AtomicStore store, String model, int version, RegistryState state) {
        this.store = store;
        this.model = model;
        this.version = version;
        this.entry = state.versions().get(version);
        this.aliases = state.aliasesOf(version);
    }

    /** Name of the model. */
    public String model() {
        return model;
    }

    /** Number of the version, from 1. */
    public int version() {
        return version;
    }

    /** By number, for example {@code registry:photos@3}: names this version for ever. */
    public ModelReference reference() {
        return new ModelReference(model, new ModelReference.Selector.VersionNumber(version));
    }

    /** Aliases when it was looked up. */
    public SortedSet<String> aliases() {
        return aliases;
    }

    /** UTC, ISO 8601. */
    public String addedAt() {
        return entry.addedAt();
    }

    /** Directory of its files, fully qualified. */
    public String path() {
        return store.path(directory()).toString();
    }

    private String directory() {
        return VersionFiles.path(model, entry.directory());
    }

    /**
     * What there is to know about it.
     *
     * @throws BadDataException if the document is damaged or the version was deleted meanwhile
     */
    public VersionDocument document() {
        return JsonDocument.read(
                read(VersionDocument.FILE), VersionDocument.class, path() + "/" + VersionDocument.FILE);
    }

    /**
     * The model, ready to be used.
     *
     * @throws BadDataException if a file it needs is damaged or the version was deleted meanwhile
     */
    public StoredModel load() {
        ModelCard card = document().model();
        byte[] weights = read(CheckpointFormat.WEIGHTS);
        return new StoredModel(
                card, SafeTensors.read(ByteBuffer.wrap(weights), path() + "/" + CheckpointFormat.WEIGHTS));
    }

    /**
     * The content of a file, for example {@code report/index.html}.
     *
     * @throws BadDataException if it is missing or damaged
     */
    public byte[] read(String file) {
        return files().read(file);
    }

    /** Names of its files. */
    public Set<String> fileNames() {
        return files().files();
    }

    /** Lower-case hexadecimal SHA-256 of a file. */
    public String sha256(String file) {
        return files().sha256(file);
    }

    /** What is wrong with its files, by name; empty if all are as they were added. */
    public SortedMap<String, String> damage() {
        try {
            return files().damage();
        } catch (BadDataException e) {
            return new TreeMap<>(Map.of(PublishedDirectory.CHECKSUMS, e.getMessage()));
        }
    }

    private PublishedDirectory files() {
        PublishedDirectory files = store.directory(directory())
                .orElseThrow(() -> new BadDataException(
                        "The files of %s are gone from %s: it was deleted, or the registry is damaged; see `registry verify`"
                                .formatted(reference(), path())));
        if (!files.fingerprint().equals(entry.fingerprint())) {
            throw new BadDataException("The checksums in %s are not those that %s was added with; use another copy"
                    .formatted(path(), reference()));
        }
        return files;
    }

    @Override
    public String toString() {
        return reference().toString();
    }
}
