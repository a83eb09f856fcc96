package io.resnetspark.jobs.schedule;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** How a run stands or came out. The first ones are the exit codes of every command. */
enum RunStatus {
    DONE,
    FAILED,
    CONFIGURATION,
    BAD_DATA,
    DIVERGED,
    NOT_PROMOTED,
    /** Ended by a signal or with an exit code that is none of ours. */
    CRASHED,
    /** Took longer than its timeout and was ended. */
    TIMED_OUT,
    /** Ended because the scheduler was told to stop. */
    STOPPED,
    /** The scheduler died meanwhile, and the run left no outcome. */
    LOST,
    /** Never started: see {@link Misfire#SKIP}. */
    MISSED,
    RUNNING;

    static RunStatus ofExitCode(int code) {
        return code >= 0 && code <= NOT_PROMOTED.ordinal() ? values()[code] : CRASHED;
    }

    /** Whether the job did its work: keeping the present model is a result too. */
    boolean succeeded() {
        return this == DONE || this == NOT_PROMOTED;
    }

    boolean ended() {
        return this != RUNNING;
    }

    /** As in files and metrics, for example {@code bad-data}. */
    @JsonValue
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @JsonCreator
    static RunStatus ofLabel(String label) {
        return Arrays.stream(values())
                .filter(status -> status.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Unknown status " + label));
    }
}
