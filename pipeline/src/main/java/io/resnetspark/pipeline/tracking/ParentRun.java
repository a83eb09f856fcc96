package io.resnetspark.pipeline.tracking;

/**
 * A run that other runs are nested in.
 *
 * @param key identifies the work, see {@link MlflowServer#run}
 * @param name for people
 */
public record ParentRun(String key, String name) {}
