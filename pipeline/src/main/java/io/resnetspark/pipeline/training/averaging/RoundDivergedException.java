package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.model.error.DivergedException;

/** A round, or the validation after it, whose result must not be kept. */
public final class RoundDivergedException extends DivergedException {

    private static final long serialVersionUID = 1L;

    private final int round;
    private final String reason;

    /**
     * @param round from 1
     * @param epoch from 1
     * @param reason what is wrong, in words that can follow "in round 7"
     */
    public RoundDivergedException(int round, int epoch, String reason) {
        super(("In round %d (epoch %d) %s; the state before this round is kept. Lower learning-rate, add"
                        + " warm-up, set clip-norm, or let on-divergence.action = return do the first by itself")
                .formatted(round, epoch, reason));
        this.round = round;
        this.reason = reason;
    }

    public int round() {
        return round;
    }

    public String reason() {
        return reason;
    }
}
