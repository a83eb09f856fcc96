package io.resnetspark.pipeline.registry;

/**
 * One entry of a model's log.
 *
 * @param formatVersion of the entry
 * @param id unique, so that a writer knows its own entry
 * @param revision number of the entry, from 1
 * @param at UTC, ISO 8601
 * @param by who wrote it, {@code user@host}
 * @param reason in the words of whoever asked for it; may be empty
 * @param event what happened
 */
public record RegistryEntry(
        int formatVersion, String id, long revision, String at, String by, String reason, RegistryEvent event) {

    static final int FORMAT_VERSION = 1;
}
