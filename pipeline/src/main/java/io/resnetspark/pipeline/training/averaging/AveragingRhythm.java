package io.resnetspark.pipeline.training.averaging;

/**
 * After how many steps workers are averaged. Averaging every step at first and less often later is post-local SGD: Lin,
 * Stich, Patel and Jaggi 2020, arXiv:1808.07217.
 *
 * @param everyStepEpochs first epochs, in which workers are averaged after every step
 * @param frequency steps of a round after that
 */
public record AveragingRhythm(int everyStepEpochs, int frequency) {

    /** Steps of the round that begins at a step of an epoch; the last one of an epoch may be shorter. */
    public int stepsOfRound(int epoch, int firstStep, int stepsPerEpoch) {
        int wanted = epoch < everyStepEpochs ? 1 : frequency;
        return Math.min(wanted, stepsPerEpoch - firstStep);
    }

    /** Rounds of a whole training. */
    public int rounds(int epochs, int stepsPerEpoch) {
        int everyStep = Math.min(everyStepEpochs, epochs);
        int roundsPerLaterEpoch = (stepsPerEpoch + frequency - 1) / frequency;
        return everyStep * stepsPerEpoch + (epochs - everyStep) * roundsPerLaterEpoch;
    }
}
