package io.resnetspark.pipeline.dataset.prepare;

/** The steps of {@link PrepareJob}, in order. Their durations are in the manifest. */
public enum PrepareStep {
    /** Read, hash, find duplicates, decode, resize. */
    EXAMINE,
    /** Record what was not taken. */
    REJECTS,
    /** Append new images to the table. */
    APPEND,
    /** Count and measure what the table holds now. */
    SUMMARISE,
    /** Make the version the current one. */
    PUBLISH
}
