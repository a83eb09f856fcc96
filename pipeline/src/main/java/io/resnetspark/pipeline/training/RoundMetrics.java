package io.resnetspark.pipeline.training;

import io.resnetspark.pipeline.storage.Flattened;

/**
 * One line of {@code metrics.jsonl}: a round of averaging.
 *
 * @param round rounds done, from 1
 * @param epoch the round's epoch, from 0
 * @param globalStep steps done
 * @param progress epochs done, with the fraction of the current one
 * @param learning what the round's minibatches saw
 * @param times how long it took
 * @param traffic what was sent
 */
public record RoundMetrics(
        int round,
        int epoch,
        long globalStep,
        double progress,
        @Flattened Learning learning,
        @Flattened Times times,
        @Flattened Traffic traffic) {

    /**
     * @param examples images of this round
     * @param loss mean cross-entropy of the round's minibatches before their updates, in nats
     * @param accuracy fraction of correct predictions before the updates
     * @param learningRate of the round's last step
     */
    public record Learning(long examples, double loss, double accuracy, double learningRate) {}

    /**
     * @param imagesPerSecond of the whole round
     * @param seconds of the whole round
     * @param trainSeconds the slowest worker's training
     * @param inputWaitSeconds the longest wait for input
     * @param broadcastSeconds the slowest worker's fetching and installing of the state
     * @param reduceSeconds the rest: shuffle, averaging, scheduling
     */
    public record Times(
            double imagesPerSecond,
            double seconds,
            double trainSeconds,
            double inputWaitSeconds,
            double broadcastSeconds,
            double reduceSeconds) {}

    /**
     * @param workerSentBytes payload that the worker which sent most sent to be averaged; 0 if not known
     * @param driverBytes payload that the driver received and sent: does not grow with the number of workers; 0 if not known
     */
    public record Traffic(long workerSentBytes, long driverBytes) {}
}
