package io.resnetspark.pipeline.registry;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** Something that happened to a model in the registry; {@link RegistryState#after} says what it changes. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RegistryEvent.Added.class, name = "added"),
    @JsonSubTypes.Type(value = RegistryEvent.Promoted.class, name = "promoted"),
    @JsonSubTypes.Type(value = RegistryEvent.RolledBack.class, name = "rolled-back"),
    @JsonSubTypes.Type(value = RegistryEvent.AliasSet.class, name = "alias-set"),
    @JsonSubTypes.Type(value = RegistryEvent.AliasRemoved.class, name = "alias-removed"),
    @JsonSubTypes.Type(value = RegistryEvent.Deleted.class, name = "deleted")
})
public sealed interface RegistryEvent {

    /**
     * A new version.
     *
     * @param version its number
     * @param key identifies run and checkpoint, or the weights
     * @param directory of its files, below {@code versions/}
     * @param fingerprint SHA-256 of the list of its files' checksums
     */
    record Added(int version, String key, String directory, String fingerprint) implements RegistryEvent {}

    /** The version became champion, and the champion before it {@code previous}. */
    record Promoted(int version) implements RegistryEvent {}

    /** Champion {@code from} gave way to {@code to}, the champion before it. */
    record RolledBack(int from, int to) implements RegistryEvent {}

    record AliasSet(String alias, int version) implements RegistryEvent {}

    record AliasRemoved(String alias) implements RegistryEvent {}

    record Deleted(List<Integer> versions) implements RegistryEvent {
        public Deleted {
            versions = List.copyOf(versions);
        }
    }
}
