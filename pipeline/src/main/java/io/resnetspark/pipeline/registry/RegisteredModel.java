package io.resnetspark.pipeline.registry;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.PublishedDirectory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One model of the registry. Any number of processes may call any of these at a time, and any may be killed at any
 * moment: a version is there whole or not at all, aliases that belong together change together, and none ever points to a
 * version that is not there. Saying the same twice does it once: a job that was killed may just run again.
 */
public final class RegisteredModel {

    private final AtomicStore store;
    private final String name;
    private final EventLog log;
    private final VersionFiles files;

    RegisteredModel(AtomicStore store, String name) {
        ModelReference.requireName(name);
        this.store = store;
        this.name = name;
        this.log = new EventLog(store, name);
        this.files = new VersionFiles(store, name);
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
     *
     * @throws BadDataException if its weights do not fit its network or are broken
     */
    public RegisteredVersion add(NewVersion candidate) {
        candidate.card().fitted(candidate.weights(), candidate.lineage().source());
        byte[] weights = VersionFiles.weights(candidate);
        String key = VersionFiles.key(candidate, weights);
        RegistryState before = state();
        Optional<Integer> known = before.versionWithKey(key);
        if (known.isPresent()) {
            return new RegisteredVersion(store, name, known.get(), before);
        }
        VersionFiles.Written written = files.write(candidate, key, weights);
        RegistryState after = log.append(
                state -> state.versionWithKey(key).isPresent()
                        ? Optional.empty()
                        : Optional.of(new RegistryEvent.Added(
                                state.nextVersion(), key, written.directory(), written.fingerprint())),
                candidate.lineage().source());
        int version = after.versionWithKey(key).orElseThrow();
        if (!after.versions().get(version).directory().equals(written.directory())) {
            files.delete(written.directory()); // another writer added the same meanwhile
        }
        return new RegisteredVersion(store, name, version, after);
    }

    /**
     * The version of that number.
     *
     * @throws ConfigurationException if there is none
     */
    public RegisteredVersion version(int version) {
        return find(new ModelReference.Selector.VersionNumber(version));
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
        if (selector instanceof ModelReference.Selector.VersionNumber number) {
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
     * @throws BadDataException if its weights are damaged or broken, however they got here
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

    private Promotion promote(int version, String reason, Predicate<RegistryState> asExpected) {
        Promotion[] outcome = new Promotion[1];
        RegistryState now = requireKnown(state());
        now.require(version);
        requireUsable(version, now);
        log.append(
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
     * @throws BadDataException if that one's weights are damaged or broken
     */
    public int rollback(String reason) {
        return roll(
                state -> Optional.of(new RegistryEvent.RolledBack(
                        state.champion().orElseThrow(() -> nothingBefore(state)), usablePrevious(state))),
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
                        ? Optional.of(new RegistryEvent.RolledBack(version, usablePrevious(state)))
                        : Optional.empty(),
                reason);
    }

    private int roll(Function<RegistryState, Optional<RegistryEvent>> decide, String reason) {
        return log.append(state -> decide.apply(requireKnown(state)), reason)
                .champion()
                .orElseThrow(() -> new ConfigurationException(name + " has no champion"));
    }

    private int usablePrevious(RegistryState state) {
        int previous = state.previous().orElseThrow(() -> nothingBefore(state));
        requireUsable(previous, state);
        return previous;
    }

    /** A champion is used unseen: by then it is too late to find that it computes nothing. */
    private void requireUsable(int version, RegistryState state) {
        RegisteredVersion registered = new RegisteredVersion(store, name, version, state);
        try {
            RegisteredVersion.StoredModel model = registered.load();
            model.card().fitted(model.weights(), registered.toString());
        } catch (BadDataException e) {
            state().require(version); // deleted meanwhile: that is no damage
            throw e;
        }
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
        files.delete(directory[0]);
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
        directories.forEach(files::delete);
        files.deleteLeftovers(this::state, now);
        return expired;
    }

    /** Reads every file and compares its checksum; damage is reported, not thrown. */
    public Verification verify() {
        List<Verification.Damage> damages = new ArrayList<>();
        long entries = log.newest();
        for (long revision = 1; revision <= entries; revision++) {
            try {
                if (log.read(revision).isEmpty()) {
                    damages.add(new Verification.Damage(log.path(revision), "It is missing"));
                }
            } catch (BadDataException e) {
                damages.add(new Verification.Damage(log.path(revision), e.getMessage()));
            }
        }
        if (!damages.isEmpty()) {
            return new Verification(0, entries, damages, List.of()); // which versions there are cannot be told
        }
        try {
            log.readSnapshot();
        } catch (BadDataException e) {
            damages.add(new Verification.Damage(log.snapshotPath(), e.getMessage()));
        }
        long checked = entries + 1;
        List<RegisteredVersion> versions = versions();
        for (RegisteredVersion version : versions) {
            SortedMap<String, String> damage = version.damage();
            damage.forEach(
                    (file, problem) -> damages.add(new Verification.Damage(version.path() + "/" + file, problem)));
            checked += 1;
            checked += damage.containsKey(PublishedDirectory.CHECKSUMS)
                    ? 0
                    : version.fileNames().size();
        }
        return new Verification(versions.size(), checked, damages, files.leftovers(this::state));
    }
}
