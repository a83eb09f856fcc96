package io.resnetspark.bench.accuracy;

import java.util.List;
import java.util.Optional;

/**
 * How good a training was after each of its epochs.
 *
 * @param system name and version of what trained
 * @param imagesPerEpoch images trained in an epoch
 * @param epochs in the order of time
 */
record Course(String system, long imagesPerEpoch, List<Epoch> epochs) {

    /**
     * @param epoch epochs done, from 1
     * @param seconds since the first step, with every validation so far
     * @param accuracy on the validation split, 0 to 1
     * @param loss mean cross-entropy on the validation split, in nats
     */
    record Epoch(int epoch, double seconds, double accuracy, double loss) {}

    /** The first epoch after which at least so much of the validation split is classified correctly. */
    Optional<Epoch> reaches(double accuracy) {
        return epochs.stream().filter(epoch -> epoch.accuracy() >= accuracy).findFirst();
    }

    /** The highest accuracy after any epoch. */
    double best() {
        return epochs.stream().mapToDouble(Epoch::accuracy).max().orElse(0);
    }

    /** Of training and validation together. */
    double imagesPerSecond() {
        return imagesPerEpoch * epochs.size() / epochs.get(epochs.size() - 1).seconds();
    }
}
