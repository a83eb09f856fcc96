package io.resnetspark.pipeline.registry;

import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.DirectoryPublication;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * One model of the registry. Any number of processes may call any of these at a time, and any may be killed at any
 * moment: a version is there whole or not at all, aliases that belong together change together, and none ever points to a
 * version that is not there. Saying the same twice does it once: a job that was killed may just run again.
 */
public final class RegisteredModel {

    private static final String VERSIONS = "versions";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** Longer than any writer takes between writing a version's files and its log entry. */
    private static final Duration LEFTOVER_AGE = Duration.ofDays(2);

    private final AtomicStore store;
    private final String name;
    private final EventLog log;

    RegisteredModel(AtomicStore store, String name) {
        ModelReference.requireName(name);
        this.store = store;
        this.name = name;
        this.log = new EventLog(store, name);
    }

    public String name() {
        return name;
    }

    /** Whether anything was ever added. */
    public boolean exists() {
        return !state().isEmpty();
    }

    /** Versions and aliases now. */
    public RegistryState state() {
        return log.state();
    }

    /** All that happened, oldest first. */
    public List<RegistryEntry> history() {
        return log.entries();
    }

    /**
     * Adds a version, unless the same checkpoint of the same run, or the same weights without a run, is there: then that
     * version is returned as it is.
     */
    public RegisteredVersion add(NewVersion candidate) {
        byte[] weights = weights(candidate);
        String key = key(candidate, weights);
        RegistryState before = state();
        Optional<Integer> known = before.versionWithKey(key);
        if (known.isPresent()) {
            return new RegisteredVersion(store, name, known.get(), before);
        }
        String directory =
                STAMP.format(Instant.now()) + "-" + UUID.randomUUID().toString().substring(0, 8);
        write(directory, candidate, key, weights);
        String fingerprint =
                store.directory(directory(name, directory)).orElseThrow().fingerprint();
        RegistryState after = log.append(
                state -> state.versionWithKey(key).isPresent()
                        ? Optional.empty()
                        : Optional.of(new RegistryEvent.Added(state.nextVersion(), key, directory, fingerprint)),
                candidate.lineage().source());
        int version = after.versionWithKey(key).orElseThrow();
        if (!after.versions().get(version).directory().equals(directory)) {
            store.delete(directory(name, directory)); // another writer added the same meanwhile
        }
        return new RegisteredVersion(store, name, version, after);
    }

    private void write(String directory, NewVersion candidate, String key, byte[] weights) {
        VersionDocument document = new VersionDocument(
                VersionDocument.FORMAT_VERSION,
                name,
                key,
                candidate.card(),
                Signature.of(candidate.card()),
                candidate.metrics(),
                candidate.lineage(),
                List.copyOf(candidate.attachments().keySet()));
        try (DirectoryPublication files = store.startDirectory(directory(name, directory))) {
            files.write(CheckpointFormat.WEIGHTS, weights);
            files.write(VersionDocument.FILE, RegistryJson.pretty(document));
            for (Map.Entry<String, byte[]> attachment : candidate.attachments().entrySet()) {
                files.write(attachment.getKey(), attachment.getValue());
            }
            files.commit();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot write a version of %s to %s: %s".formatted(name, store.root(), e.getMessage()), e);
        }
    }

    private static byte[] weights(NewVersion candidate) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CheckpointFormat.writeModel(candidate.card(), candidate.weights(), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written", e);
        }
        return bytes.toByteArray();
    }

    private static String key(NewVersion candidate, byte[] weights) {
        String origin = candidate
                .lineage()
                .run()
                .map(run -> run.id() + " " + run.checkpoint())
                .orElse("");
        return RegistryJson.sha256((origin + "\n" + RegistryJson.sha256(weights)).getBytes(StandardCharsets.UTF_8));
    }

    static String directory(String model, String directory) {
        return model + "/" + VERSIONS + "/" + directory;
    }

    /**
     * The version of that number.
     *
     * @throws ConfigurationException if there is none
     */
    public RegisteredVersion version(int version) {
        return find(new ModelReference.Selector.Number(version));
    }

    /**
     * The version an alias points to.
     *
     * @throws ConfigurationException if there is no such alias
     */
    public RegisteredVersion version(String alias) {
        return find(new ModelReference.Selector.Alias(alias));
    }

    RegisteredVersion find(ModelReference.Selector selector) {
        RegistryState state = requireKnown(state());
        int version;
        if (selector instanceof ModelReference.Selector.Number number) {
            version = number.version();
            if (!state.versions().containsKey(version)) {
                throw new ConfigurationException("%s has no version %d; it has %s"
                        .formatted(name, version, state.versions().keySet()));
            }
        } else {
            version = state.alias(selector.toString())
                    .orElseThrow(() -> new ConfigurationException("%s has no %s; it has versions %s and the aliases %s"
                            .formatted(name, selector, state.versions().keySet(), state.aliases())));
        }
        return new RegisteredVersion(store, name, version, state);
    }

    /** All versions, oldest first. */
    public List<RegisteredVersion> versions() {
        RegistryState state = state();
        return state.versions().keySet().stream()
                .map(version -> new RegisteredVersion(store, name, version, state))
                .toList();
    }

    private RegistryState requireKnown(RegistryState state) {
        if (state.isEmpty()) {
            throw new ConfigurationException(
                    "The registry at %s has no model %s; add one with `registry add`".formatted(store.root(), name));
        }
        return state;
    }

    /**
     * Makes a version champion and the champion before it {@code previous}, in one step.
     *
     * @param reason kept in the log
     * @throws ConfigurationException if there is no such version
     */
    public Promotion promote(int version, String reason) {
        return promote(version, reason, state -> true);
    }

    /**
     * Like {@link #promote}, but only if the champion still is the one that the version was compared with.
     *
     * @param expectedChampion whom the decision was about; empty for no champion at all
     */
    public Promotion promoteOver(Optional<Integer> expectedChampion, int version, String reason) {
        return promote(version, reason, state -> state.champion().equals(expectedChampion));
    }

    private Promotion promote(int version, String reason, java.util.function.Predicate<RegistryState> asExpected) {
        Promotion[] outcome = new Promotion[1];
        RegistryState after = log.append(
                state -> {
                    requireKnown(state).require(version);
                    if (state.champion().equals(Optional.of(version))) {
                        outcome[0] = new Promotion.AlreadyChampion(version);
                        return Optional.empty();
                    }
                    if (!asExpected.test(state)) {
                        outcome[0] = new Promotion.ChampionChanged(state.champion());
                        return Optional.empty();
                    }
                    outcome[0] = new Promotion.Promoted(version, state.champion());
                    return Optional.of(new RegistryEvent.Promoted(version));
                },
                reason);
        return outcome[0];
    }

    /**
     * Returns to the champion before the current one. Repeated, it goes back further.
     *
     * @param reason kept in the log
     * @return the version that is champion now
     * @throws ConfigurationException if there was no champion before
     */
    public int rollback(String reason) {
        return roll(
                state -> Optional.of(new RegistryEvent.RolledBack(
                        state.champion().orElseThrow(() -> nothingBefore(state)),
                        state.previous().orElseThrow(() -> nothingBefore(state)))),
                reason);
    }

    /**
     * Like {@link #rollback}, but only if {@code version} is champion: said twice, it happens once.
     *
     * @return the version that is champion now
     */
    public int rollbackFrom(int version, String reason) {
        return roll(
                state -> state.champion().equals(Optional.of(version))
                        ? Optional.of(new RegistryEvent.RolledBack(
                                version, state.previous().orElseThrow(() -> nothingBefore(state))))
                        : Optional.empty(),
                reason);
    }

    private int roll(java.util.function.Function<RegistryState, Optional<RegistryEvent>> decide, String reason) {
        return log.append(state -> decide.apply(requireKnown(state)), reason)
                .champion()
                .orElseThrow(() -> new ConfigurationException(name + " has no champion"));
    }

    private ConfigurationException nothingBefore(RegistryState state) {
        return new ConfigurationException(state.champion()
                .map(champion -> "%s has no champion before version %d to return to".formatted(name, champion))
                .orElse("%s has no champion; promote a version first".formatted(name)));
    }

    /**
     * Lets an alias other than champion and previous point to a version.
     *
     * @throws ConfigurationException if there is no such version or the alias cannot be set
     */
    public RegistryState setAlias(String alias, int version, String reason) {
        return log.append(
                state -> requireKnown(state).alias(alias).equals(Optional.of(version))
                        ? Optional.empty()
                        : Optional.of(new RegistryEvent.AliasSet(alias, version)),
                reason);
    }

    /** Removes an alias other than champion and previous; nothing happens when there is none. */
    public RegistryState removeAlias(String alias, String reason) {
        return log.append(
                state -> requireKnown(state).alias(alias).isEmpty()
                        ? Optional.empty()
                        : Optional.of(new RegistryEvent.AliasRemoved(alias)),
                reason);
    }

    /**
     * Deletes a version for good. Its number is not used again.
     *
     * @throws ConfigurationException if there is no such version, or an alias points to it
     */
    public void delete(int version, String reason) {
        String[] directory = new String[1];
        log.append(
                state -> {
                    requireKnown(state).require(version);
                    directory[0] = state.versions().get(version).directory();
                    return Optional.of(new RegistryEvent.Deleted(List.of(version)));
                },
                reason);
        store.delete(directory(name, directory[0]));
    }

    /**
     * Deletes what a policy lets go, never a version with an alias, and what writers that died left behind.
     *
     * @return the versions deleted
     */
    public SortedSet<Integer> retain(Retention retention, Instant now) {
        SortedSet<Integer> expired = new TreeSet<>();
        List<String> directories = new ArrayList<>();
        log.append(
                state -> {
                    expired.clear();
                    expired.addAll(retention.expired(state, now));
                    directories.clear();
                    expired.forEach(version ->
                            directories.add(state.versions().get(version).directory()));
                    return expired.isEmpty()
                            ? Optional.empty()
                            : Optional.of(new RegistryEvent.Deleted(List.copyOf(expired)));
                },
                "retention");
        directories.forEach(directory -> store.delete(directory(name, directory)));
        for (String leftover : leftovers()) {
            if (leftover.compareTo(STAMP.format(now.minus(LEFTOVER_AGE))) < 0) {
                store.delete(directory(name, leftover));
            }
        }
        return expired;
    }

    /** Directories of no version: their writers died, are still at work, or died while deleting. */
    private List<String> leftovers() {
        List<String> present = store.list(name + "/" + VERSIONS); // before the state: what is added later is not judged
        SortedSet<String> used = state().versions().values().stream()
                .map(RegistryState.Entry::directory)
                .collect(Collectors.toCollection(TreeSet::new));
        return present.stream().filter(directory -> !used.contains(directory)).toList();
    }

    /** Reads every file and compares its checksum; damage is reported, not thrown. */
    public Verification verify() {
        List<Verification.Damage> damages = new ArrayList<>();
        long newest = log.newest();
        for (long revision = 1; revision <= newest; revision++) {
            try {
                if (log.read(revision).isEmpty()) {
                    damages.add(new Verification.Damage(log.path(revision), "it is missing"));
                }
            } catch (BadDataException e) {
                damages.add(new Verification.Damage(log.path(revision), e.getMessage()));
            }
        }
        int files = (int) newest;
        List<RegisteredVersion> versions = damages.isEmpty() ? versions() : List.of();
        for (RegisteredVersion version : versions) {
            version.damage()
                    .forEach((file, problem) ->
                            damages.add(new Verification.Damage(version.path() + "/" + file, problem)));
        }
        return new Verification(versions.size(), files, damages, damages.isEmpty() ? leftovers() : List.of());
    }
}
