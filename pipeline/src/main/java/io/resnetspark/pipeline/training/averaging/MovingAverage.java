package io.resnetspark.pipeline.training.averaging;

/**
 * Exponential moving average of the weights (Polyak and Juditsky 1992 with a fading memory): a step's weights count {@code
 * decay} times those of the step after. The driver sees weights once a round, so all steps of a round count with the weights
 * at its end. Factors are scaled to sum to one, as in Adam's bias correction (Kingma and Ba 2015, arXiv:1412.6980, section
 * 3), so the average forgets the random initial weights at once.
 *
 * @param decay 0 to below 1; 0 for none
 */
public record MovingAverage(double decay) {

    boolean isOff() {
        return decay == 0;
    }

    /**
     * The average after a round.
     *
     * @param before the average before it
     * @param newest weights at its end
     * @param steps of the round
     * @param allSteps steps since the training began, those of the round included
     */
    float[] advance(float[] before, float[] newest, int steps, long allSteps) {
        double share = (1 - Math.pow(decay, steps)) / (1 - Math.pow(decay, allSteps));
        float[] after = new float[newest.length];
        for (int i = 0; i < after.length; i++) {
            after[i] = (float) ((1 - share) * before[i] + share * newest[i]);
        }
        return after;
    }
}
