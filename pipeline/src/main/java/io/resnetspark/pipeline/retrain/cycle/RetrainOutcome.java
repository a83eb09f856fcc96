package io.resnetspark.pipeline.retrain.cycle;

import io.resnetspark.pipeline.retrain.CycleSummary;

/** How a call of {@link Retraining} ended. */
public sealed interface RetrainOutcome {

    /**
     * A cycle was finished.
     *
     * @param summary what came out
     */
    record Finished(CycleSummary summary) implements RetrainOutcome {}

    /**
     * There is nothing that was not seen before.
     *
     * @param text in words
     */
    record NothingNew(String text) implements RetrainOutcome {}

    /**
     * Somebody else is retraining.
     *
     * @param holder who and until when, in words
     */
    record Locked(String holder) implements RetrainOutcome {}
}
