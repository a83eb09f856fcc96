package io.resnetspark.pipeline.training.worker;

import java.util.List;

/** The examples of a split as minibatches, in the order that is asked for. Used by one thread. */
public interface Minibatches extends AutoCloseable {

    /**
     * Begins a pass; what is left of the one before is dropped.
     *
     * @param batches positions in the split, each array one minibatch
     * @param epoch enters what is random
     */
    void start(List<int[]> batches, int epoch);

    boolean hasNext();

    Minibatch next();

    /** Time that calls of {@link #next} have taken since the pass began. */
    long waitNanos();

    @Override
    void close();
}
