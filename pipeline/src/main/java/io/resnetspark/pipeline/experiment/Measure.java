package io.resnetspark.pipeline.experiment;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.function.ToDoubleFunction;

/** What is measured after every epoch. */
public enum Measure {
    /** Share of wrong predictions on the epoch's training images, augmented and while weights change. */
    TRAIN_ERROR("train_error", EpochResult::trainError),
    /** Share of wrong predictions on the judged split. */
    JUDGED_ERROR("judged_error", EpochResult::judgedError),
    TRAIN_LOSS("train_loss", EpochResult::trainLoss),
    JUDGED_LOSS("judged_loss", EpochResult::judgedLoss),
    /** Wall time since the beginning, over all attempts, judging included. */
    SECONDS("seconds", EpochResult::seconds),
    /** Payload that a worker sent to be averaged since the beginning, of the one that sent most. */
    WORKER_BYTES("worker_bytes", EpochResult::workerBytes),
    /** Payload that the driver received and sent since the beginning. */
    DRIVER_BYTES("driver_bytes", EpochResult::driverBytes);

    private final String key;
    private final ToDoubleFunction<EpochResult> value;

    Measure(String key, ToDoubleFunction<EpochResult> value) {
        this.key = key;
        this.value = value;
    }

    /** Its name in files. */
    @JsonValue
    String key() {
        return key;
    }

    double of(EpochResult epoch) {
        return value.applyAsDouble(epoch);
    }
}
