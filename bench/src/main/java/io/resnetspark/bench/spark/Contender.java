package io.resnetspark.bench.averaging;

/** A way to train that is measured one repetition at a time, and rests in between. */
interface Contender extends AutoCloseable {

    /** For example {@code spark-2x1}. */
    String label();

    /** Trains for one repetition and returns images per second. */
    double repetition();

    @Override
    void close();
}
