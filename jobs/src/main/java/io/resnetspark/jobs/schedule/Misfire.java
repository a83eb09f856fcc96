package io.resnetspark.jobs.schedule;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What becomes of times that passed while a job could not start: the scheduler was down, or the last run still going. */
public enum Misfire {
    /** One run as soon as possible makes up for all of them. */
    RUN_ONCE,
    /** Nothing runs; the history says what was missed. */
    SKIP;

    /** As in configurations, for example {@code run-once}. */
    @JsonValue
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
