package io.resnetspark.pipeline.run;

/**
 * A training whose loss exploded and that went on from an earlier checkpoint with a lower learning rate.
 *
 * @param divergedRound the round that exploded, from 1; nothing of it was kept
 * @param reason what was wrong with it
 * @param round rounds done at the checkpoint it went back to; 0 for the beginning
 * @param examples images trained then
 * @param learningRateFactor factor on the configured learning rate from there on, of all returns together
 */
public record ReturnToCheckpoint(
        int divergedRound, String reason, int round, long examples, double learningRateFactor) {

    /** One line for logs and pages. */
    public String describe() {
        return "In round %d %s; back to %s, learning rate x %.4g from there"
                .formatted(
                        divergedRound,
                        reason,
                        round == 0 ? "the beginning" : "the checkpoint of round " + round,
                        learningRateFactor);
    }
}
