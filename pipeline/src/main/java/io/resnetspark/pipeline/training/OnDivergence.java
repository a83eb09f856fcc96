package io.resnetspark.pipeline.training;

import java.io.Serializable;

/**
 * What counts as an exploded loss, and what happens then.
 *
 * @param action end the training, or go on from the last good checkpoint with a lower learning rate
 * @param lossFactor a round's mean loss above this many times what is usual has exploded, above 1; 0 lets only a loss that
 *     is not a number count
 * @param rateFactor factor on the learning rate at each return, above 0 and below 1
 * @param atMost returns of one run, over all its attempts, at least 1; the next divergence ends the training
 */
public record OnDivergence(Action action, double lossFactor, double rateFactor, int atMost) implements Serializable {

    /** What a training does whose loss exploded. */
    public enum Action {
        /** It ends with exit code 4. */
        STOP,
        /** It goes back to the last good checkpoint and on with a lower learning rate. */
        RETURN
    }

    public OnDivergence {
        if (!(lossFactor == 0 || lossFactor > 1)) {
            throw new IllegalArgumentException("loss-factor must be above 1, or 0 for none, not " + lossFactor);
        }
        if (!(rateFactor > 0 && rateFactor < 1)) {
            throw new IllegalArgumentException("rate-factor must be above 0 and below 1, not " + rateFactor);
        }
        if (atMost < 1) {
            throw new IllegalArgumentException("at-most must be at least 1, not " + atMost);
        }
    }

    /** What applies unless something else is wanted: a loss of 20 times the usual ends the training. */
    public static OnDivergence standard() {
        return new OnDivergence(Action.STOP, 20, 0.5, 3);
    }
}
