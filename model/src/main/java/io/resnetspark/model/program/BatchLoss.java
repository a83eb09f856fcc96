package io.resnetspark.model.program;

/**
 * What the loss saw of a minibatch.
 *
 * @param lossSum cross-entropy summed over the images, in nats
 * @param correct images whose largest logit was at the label's largest value
 */
public record BatchLoss(double lossSum, int correct) {}
