package io.resnetspark.pipeline.training;

/** Whether a training may continue one that its output directory holds. */
public enum Resume {
    /** The output must be new. */
    NEW_RUN,
    /** The newest whole checkpoint of the output is continued. */
    CONTINUE
}
