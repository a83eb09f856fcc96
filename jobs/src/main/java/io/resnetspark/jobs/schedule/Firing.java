package io.resnetspark.jobs.schedule;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A reason to run: times that came or passed, or somebody's request.
 *
 * @param scheduledFor the time it was due; the last of them when it makes up for several
 * @param missedFires times that passed and that the run makes up for, or records as missed
 */
record Firing(Cause cause, Optional<Instant> scheduledFor, int missedFires) {

    /** Why a run is there. */
    enum Cause {
        /** Its time came. */
        CRON,
        /** Its time had passed. */
        MISFIRE,
        /** Somebody asked for it. */
        REQUEST;

        @JsonValue
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        static Cause ofLabel(String label) {
            return Arrays.stream(values())
                    .filter(cause -> cause.label().equals(label))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("Unknown cause " + label));
        }
    }

    static Firing request() {
        return new Firing(Cause.REQUEST, Optional.empty(), 0);
    }
}
