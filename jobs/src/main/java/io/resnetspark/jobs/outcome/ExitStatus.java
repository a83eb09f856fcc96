package io.resnetspark.jobs.outcome;

import com.fasterxml.jackson.annotation.JsonValue;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.error.DivergedException;
import io.resnetspark.model.error.ResNetSparkException;
import java.util.Arrays;
import java.util.Locale;

/** How a command ended, as the shell sees it. The numbers are part of the command line's contract. */
public enum ExitStatus {
    DONE(0),
    FAILURE(1),
    CONFIGURATION(2),
    BAD_DATA(3),
    DIVERGED(4),
    /** A retraining that promoted nothing, where the caller wants to know. */
    NOT_PROMOTED(5);

    private final int code;

    ExitStatus(int code) {
        this.code = code;
    }

    /** The exit code of the process. */
    public int code() {
        return code;
    }

    /** The name in {@code outcome.json}, for example {@code bad-data}. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The status of a command that this one ran. */
    public static ExitStatus ofCode(int code) {
        return Arrays.stream(values())
                .filter(status -> status.code == code)
                .findFirst()
                .orElse(FAILURE);
    }

    static ExitStatus of(ResNetSparkException failure) {
        if (failure instanceof ConfigurationException) {
            return CONFIGURATION;
        }
        if (failure instanceof BadDataException) {
            return BAD_DATA;
        }
        if (failure instanceof DivergedException) {
            return DIVERGED;
        }
        throw new IllegalArgumentException("No exit status for %s".formatted(failure.getClass()), failure);
    }
}
