package io.resnetspark.model.layer;

/** What the output layer knows after a training step. */
public interface ClassificationLoss {

    /** Sum over the batch of the cross-entropy, in nats, of the latest step. */
    double lossSum();

    /** Number of images of the latest step whose largest logit was at the label's largest value. */
    int correct();
}
