package io.resnetspark.pipeline.experiment;

/**
 * A training after one of its epochs. What was not measured is NaN.
 *
 * @param epoch epochs done, from 1
 * @param images trained so far, repeats included
 * @param trainLoss mean cross-entropy over the epoch, in nats
 * @param trainError share of wrong predictions over the epoch, augmented and while weights change
 * @param judgedLoss mean cross-entropy on the judged split, in nats
 * @param judgedError share of wrong predictions there
 * @param seconds since the beginning of the training, judging included
 * @param workerBytes payload that a worker sent to be averaged since the beginning, of the one that sent most
 * @param driverBytes payload that the driver received and sent since the beginning
 */
record EpochResult(
        int epoch,
        long images,
        double trainLoss,
        double trainError,
        double judgedLoss,
        double judgedError,
        double seconds,
        long workerBytes,
        long driverBytes) {}
