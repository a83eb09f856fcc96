package io.resnetspark.pipeline.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;

/**
 * The directory of a dataset: {@code dataset.json} (manifest of the current version, and the only file that says which
 * one that is), {@code versions/NNNNNN.json} (manifest of each version), {@code images/} and {@code rejects/} (Delta
 * tables). A version exists once {@code dataset.json} names it; whatever else lies there is work of a run that died.
 */
public final class DatasetFiles {

    private static final String CURRENT = "dataset.json";
    private static final String IMAGES = "images";
    private static final String REJECTS = "rejects";
    private static final String VERSIONS = "versions";

    /** What a command leaves in its output however it ends. */
    private static final String OUTCOME = "outcome.json";

    private final AtomicStore store;

    public DatasetFiles(String dataset, Configuration configuration) {
        this.store = AtomicStore.at(dataset, configuration);
    }

    public String root() {
        return store.root().toString();
    }

    public String images() {
        return store.path(IMAGES).toString();
    }

    public String rejects() {
        return store.path(REJECTS).toString();
    }

    /** The manifest of the current version with the bytes it was read from; empty where no dataset is. */
    public Optional<Current> current() {
        return store.read(CURRENT).map(bytes -> new Current(parse(bytes, CURRENT), bytes));
    }

    /** A manifest and its file's content. */
    public record Current(DatasetManifest manifest, byte[] bytes) {}

    /**
     * The manifest of a version.
     *
     * @throws BadDataException if there is no such version or its manifest is damaged
     */
    public DatasetManifest version(int version) {
        DatasetManifest current = existing();
        if (version == current.version()) {
            return current;
        }
        DatasetManifest.EarlierVersion entry = current.earlier(version)
                .orElseThrow(() -> new BadDataException("%s has no version %d; its versions are 1 to %d"
                        .formatted(root(), version, current.version())));
        String name = versionFile(version);
        byte[] bytes = store.read(name)
                .orElseThrow(() -> new BadDataException("%s lacks %s; restore it from a copy".formatted(root(), name)));
        if (!DigestUtils.sha256Hex(bytes).equals(entry.sha256())) {
            throw new BadDataException(
                    "%s/%s was changed since it was written; restore it from a copy".formatted(root(), name));
        }
        return parse(bytes, name);
    }

    /** @throws BadDataException if no dataset is here */
    DatasetManifest existing() {
        return current()
                .map(Current::manifest)
                .orElseThrow(() -> new BadDataException(
                        "%s is not a dataset: it has no %s; make one with `prepare`".formatted(root(), CURRENT)));
    }

    /**
     * Checks that a directory without a current version is empty or what a run that failed or died left, so that nothing of
     * the user's is ever taken for that, and removes tables that were never created to the end.
     *
     * @throws ConfigurationException if it holds anything else
     */
    public void checkFreeForDataset() {
        for (String name : store.list("")) {
            boolean own =
                    switch (name) {
                        case OUTCOME -> true;
                        case VERSIONS -> store.list(VERSIONS).stream().allMatch(file -> file.matches("\\d{6}\\.json"));
                        case IMAGES, REJECTS -> isTableOrItsRemains(name);
                        default -> false;
                    };
            if (!own) {
                throw new ConfigurationException(
                        "%s is not a dataset and not empty (%s, …); name another output".formatted(root(), name));
            }
        }
    }

    /** A Delta table; or one whose first commit did not happen, which is removed: Delta would trip over it. */
    private boolean isTableOrItsRemains(String name) {
        List<String> entries = store.list(name);
        String deltaLog = name + "/_delta_log";
        boolean committed = store.list(deltaLog).stream().anyMatch(file -> file.matches("\\d{20}\\.json"));
        if (!committed && (entries.isEmpty() || entries.equals(List.of("_delta_log")))) {
            store.delete(name);
            return true;
        }
        return committed;
    }

    /**
     * Makes a version the current one, in one step.
     *
     * @param base what the dataset was when the run began; another run that published since makes this one fail
     * @throws BadDataException if the dataset changed meanwhile
     */
    public void publish(DatasetManifest manifest, Optional<Current> base) {
        Optional<byte[]> now = store.read(CURRENT);
        boolean same = now.isPresent() == base.isPresent()
                && (now.isEmpty() || Arrays.equals(now.get(), base.get().bytes()));
        if (!same) {
            throw new BadDataException(
                    "Another run changed %s meanwhile; this one changed nothing: run it again".formatted(root()));
        }
        byte[] bytes = format(manifest);
        store.deleteUnfinished("");
        store.deleteUnfinished(VERSIONS);
        store.replace(versionFile(manifest.version()), bytes);
        store.replace(CURRENT, bytes);
    }

    /** The history of a version that follows {@code base}. */
    public static List<DatasetManifest.EarlierVersion> historyAfter(Current base) {
        DatasetManifest manifest = base.manifest();
        ArrayList<DatasetManifest.EarlierVersion> history = new ArrayList<>(manifest.history());
        history.add(new DatasetManifest.EarlierVersion(
                manifest.version(),
                manifest.createdAt(),
                manifest.content().images(),
                DigestUtils.sha256Hex(base.bytes())));
        return List.copyOf(history);
    }

    static byte[] format(DatasetManifest manifest) {
        return JsonDocument.bytes(manifest);
    }

    DatasetManifest parse(byte[] bytes, String name) {
        String file = root() + "/" + name;
        JsonNode json = JsonDocument.parse(bytes, file);
        int formatVersion = json.path("format_version").asInt(0);
        if (formatVersion != DatasetManifest.FORMAT_VERSION) {
            throw new BadDataException("%s has format version %d, this program reads %d; use the program that wrote it"
                    .formatted(file, formatVersion, DatasetManifest.FORMAT_VERSION));
        }
        return JsonDocument.read(json, DatasetManifest.class, file);
    }

    private static String versionFile(int version) {
        return "%s/%06d.json".formatted(VERSIONS, version);
    }
}
