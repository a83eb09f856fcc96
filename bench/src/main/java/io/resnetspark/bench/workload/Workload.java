package io.resnetspark.bench.workload;

/** A network of one system, ready to compute with one batch again and again. Owned by one thread. */
public interface Workload extends AutoCloseable {

    /** Number of trained parameters: all systems must agree that they compute the same network. */
    long parameters();

    /**
     * Computes one batch and waits for the result.
     *
     * @return the loss (training) or one of the scores (inference): a number that shows whether all went well
     */
    double step();

    @Override
    void close();
}
