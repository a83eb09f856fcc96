package io.resnetspark.pipeline.retrain;

import java.util.Locale;

/** The steps of a cycle, in order. Each leaves its result as a file when it is done, and is not done again. */
public enum RetrainStep {
    /** New batches become versions of the dataset. */
    PREPARE,
    /** Which of them are let in, and whether they are enough. */
    ASSESS,
    /** A challenger. */
    TRAIN,
    /** Champion and challenger on the same images. */
    EVALUATE,
    /** Promote or keep. */
    DECIDE,
    /** The registry. */
    REGISTER,
    /** The page of the decision. */
    REPORT,
    /** The ledger and the history. */
    RECORD,
    /** The webhook. */
    NOTIFY;

    /** The name of the step in files and messages. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
