package io.resnetspark.pipeline.registry;

import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What two versions differ in: every value of their {@code version.json} and every file.
 *
 * @param first the version compared
 * @param second the version it is compared with
 * @param differences by path, for example {@code lineage.config.learningRate}
 */
public record VersionDiff(ModelReference first, ModelReference second, List<Difference> differences) {

    /**
     * @param path of the value in {@code version.json}, or {@code files.NAME} with the first digits of the checksum
     * @param first its value in the first version, empty if it has none
     * @param second its value in the second
     */
    public record Difference(String path, Optional<String> first, Optional<String> second) {

        /** Second minus first, where both are numbers. */
        public Optional<Double> change() {
            try {
                return first.isEmpty() || second.isEmpty()
                        ? Optional.empty()
                        : Optional.of(Double.parseDouble(second.get()) - Double.parseDouble(first.get()));
            } catch (NumberFormatException notNumbers) {
                return Optional.empty();
            }
        }
    }

    public VersionDiff {
        differences = List.copyOf(differences);
    }

    /** @throws io.resnetspark.model.error.BadDataException if a document is damaged */
    public static VersionDiff of(RegisteredVersion first, RegisteredVersion second) {
        SortedMap<String, String> one = values(first);
        SortedMap<String, String> other = values(second);
        SortedSet<String> paths = new TreeSet<>(one.keySet());
        paths.addAll(other.keySet());
        List<Difference> differences = new ArrayList<>();
        for (String path : paths) {
            if (!Objects.equals(one.get(path), other.get(path))) {
                differences.add(
                        new Difference(path, Optional.ofNullable(one.get(path)), Optional.ofNullable(other.get(path))));
            }
        }
        return new VersionDiff(first.reference(), second.reference(), differences);
    }

    private static SortedMap<String, String> values(RegisteredVersion version) {
        SortedMap<String, String> values = new TreeMap<>(JsonDocument.values(JsonDocument.tree(version.document())));
        values.remove("key"); // says no more than run, checkpoint and weights
        values.keySet().removeIf(path -> path.startsWith("signature.")); // follows from the model
        for (String file : version.fileNames()) {
            if (!file.equals(VersionDocument.FILE)) {
                values.put("files." + file, version.sha256(file).substring(0, 12));
            }
        }
        return values;
    }
}
