package io.resnetspark.pipeline.experiment;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A chart of the page. */
sealed interface Plot {

    /** Tells the page which chart it is. */
    @JsonProperty("kind")
    String kind();

    /**
     * A measure over the epochs, a line for each training: the mean over its seeds.
     *
     * @param title empty for that of the measure
     */
    record Course(String title, Measure measure) implements Plot {

        @Override
        public String kind() {
            return "course";
        }
    }

    /**
     * A measure at the end against an axis, a line for each value of another: means and deviations over the seeds.
     *
     * @param title empty for that of the measure
     * @param axis the horizontal one, by its name in {@link Training#axes}
     * @param lines the axis that tells lines apart
     */
    record Outcome(String title, Measure measure, String axis, String lines) implements Plot {

        @Override
        public String kind() {
            return "outcome";
        }
    }
}
