package io.resnetspark.pipeline.registry;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.resnetspark.model.error.ConfigurationException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A model of the registry at one moment: its versions and where its aliases point. No alias ever points to a version that
 * is not there.
 *
 * @param formatVersion of {@code current.json}
 * @param revision number of the last log entry that is part of this
 * @param nextVersion number of the next version; numbers are never used again
 * @param versions by number
 * @param aliases version by alias; {@code champion} and {@code previous} among them
 * @param formerChampions champions before the current one, oldest first, without deleted ones
 */
public record RegistryState(
        int formatVersion,
        long revision,
        int nextVersion,
        SortedMap<Integer, Entry> versions,
        SortedMap<String, Integer> aliases,
        List<Integer> formerChampions) {

    public static final String CHAMPION = "champion";
    public static final String PREVIOUS = "previous";

    static final int FORMAT_VERSION = 1;
    static final RegistryState EMPTY =
            new RegistryState(FORMAT_VERSION, 0, 1, new TreeMap<>(), new TreeMap<>(), List.of());

    /**
     * Where a version is.
     *
     * @param key identifies run and checkpoint, or the weights
     * @param directory of its files, below {@code versions/}
     * @param fingerprint SHA-256 of the list of its files' checksums
     * @param addedAt UTC, ISO 8601
     */
    public record Entry(String key, String directory, String fingerprint, String addedAt) {}

    public RegistryState {
        versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
        aliases = Collections.unmodifiableSortedMap(new TreeMap<>(aliases));
        formerChampions = List.copyOf(formerChampions);
        if (!versions.keySet().containsAll(aliases.values())) {
            throw new IllegalArgumentException("aliases %s of versions %s".formatted(aliases, versions.keySet()));
        }
    }

    public Optional<Integer> champion() {
        return alias(CHAMPION);
    }

    /** The champion before the current one: what a rollback returns to. */
    public Optional<Integer> previous() {
        return alias(PREVIOUS);
    }

    public Optional<Integer> alias(String alias) {
        return Optional.ofNullable(aliases.get(alias));
    }

    /** Aliases of one version, sorted. */
    public SortedSet<String> aliasesOf(int version) {
        return aliases.keySet().stream()
                .filter(alias -> aliases.get(alias) == version)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    Optional<Integer> versionWithKey(String key) {
        return versions.keySet().stream()
                .filter(version -> versions.get(version).key().equals(key))
                .findFirst();
    }

    @JsonIgnore
    boolean isEmpty() {
        return revision == 0;
    }

    /**
     * The state after one more entry.
     *
     * @throws ConfigurationException if the event is not possible in this state; nothing may be logged then
     */
    RegistryState after(RegistryEntry entry) {
        SortedMap<Integer, Entry> nextVersions = new TreeMap<>(versions);
        SortedMap<String, Integer> nextAliases = new TreeMap<>(aliases);
        List<Integer> former = new ArrayList<>(formerChampions);
        int next = nextVersion;
        RegistryEvent event = entry.event();
        if (event instanceof RegistryEvent.Added added) {
            nextVersions.put(
                    added.version(), new Entry(added.key(), added.directory(), added.fingerprint(), entry.at()));
            next = added.version() + 1;
        } else if (event instanceof RegistryEvent.Promoted promoted) {
            require(promoted.version());
            champion().ifPresent(former::add);
            former.remove((Integer) promoted.version());
            nextAliases.put(CHAMPION, promoted.version());
        } else if (event instanceof RegistryEvent.RolledBack back) {
            require(back.to());
            former.remove((Integer) back.to());
            nextAliases.put(CHAMPION, back.to());
        } else if (event instanceof RegistryEvent.AliasSet set) {
            require(set.version());
            requireFree(set.alias());
            nextAliases.put(set.alias(), set.version());
        } else if (event instanceof RegistryEvent.AliasRemoved removed) {
            requireFree(removed.alias());
            nextAliases.remove(removed.alias());
        } else if (event instanceof RegistryEvent.Deleted deleted) {
            deleted.versions().forEach(this::requireNoAlias);
            nextVersions.keySet().removeAll(deleted.versions());
            former.removeAll(deleted.versions());
        }
        nextAliases.remove(PREVIOUS);
        if (!former.isEmpty()) {
            nextAliases.put(PREVIOUS, former.get(former.size() - 1));
        }
        return new RegistryState(FORMAT_VERSION, entry.revision(), next, nextVersions, nextAliases, former);
    }

    /** @throws ConfigurationException if there is no such version */
    void require(int version) {
        if (!versions.containsKey(version)) {
            throw new ConfigurationException("There is no version %d; there are %s"
                    .formatted(version, versions.isEmpty() ? "none" : versions.keySet()));
        }
    }

    private void requireNoAlias(int version) {
        require(version);
        if (aliases.containsValue(version)) {
            throw new ConfigurationException("Version %d is %s and stays; let another version be that first"
                    .formatted(version, String.join(" and ", aliasesOf(version))));
        }
    }

    private static void requireFree(String alias) {
        ModelReference.requireAlias(alias);
        if (alias.equals(CHAMPION) || alias.equals(PREVIOUS)) {
            throw new ConfigurationException(
                    "%s and %s go together: use promote and rollback".formatted(CHAMPION, PREVIOUS));
        }
    }
}
