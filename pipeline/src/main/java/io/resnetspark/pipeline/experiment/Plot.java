package io.resnetspark.pipeline.experiment;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** A chart of the page. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Plot.Course.class, name = "course"),
    @JsonSubTypes.Type(value = Plot.Outcome.class, name = "outcome")
})
sealed interface Plot {

    /** A measure over the epochs, a line for each training: the mean over its seeds. */
    record Course(String title, Measure measure) implements Plot {}

    /**
     * A measure at the end against an axis, a line for each value of another: means and deviations over the seeds.
     *
     * @param axis the horizontal one, by its name in {@link Training#axes}
     * @param lines the axis that tells lines apart
     */
    record Outcome(String title, Measure measure, String axis, String lines) implements Plot {}
}
