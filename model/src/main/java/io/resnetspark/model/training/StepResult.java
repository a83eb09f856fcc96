package io.resnetspark.model.training;

/**
 * What one or more training steps saw; results add up.
 *
 * @param examples number of images
 * @param lossSum cross-entropy summed over the images, in nats
 * @param correct images whose largest logit was at the label's largest value, before the update
 */
public record StepResult(long examples, double lossSum, long correct) implements java.io.Serializable {

    public static final StepResult NONE = new StepResult(0, 0, 0);

    public StepResult plus(StepResult other) {
        return new StepResult(examples + other.examples, lossSum + other.lossSum, correct + other.correct);
    }

    /** Mean cross-entropy, in nats. */
    public double loss() {
        return lossSum / examples;
    }

    /** Fraction of correct predictions. */
    public double accuracy() {
        return (double) correct / examples;
    }
}
