package io.resnetspark.pipeline.run;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How a run stands, {@code status} of {@code run.json}. */
public enum TrainingStatus {
    /** In progress; a run whose process was killed says so too, until it is continued. */
    RUNNING,
    /** Trained to its last epoch. */
    DONE,
    /** Given up because the loss exploded; the checkpoints before that stay. */
    DIVERGED,
    /** Ended by an error; it can be continued from its newest checkpoint. */
    FAILED;

    /** The name in files, in lower case. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
