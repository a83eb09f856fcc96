package io.resnetspark.bench.spark;

/** A way to do the same work that is measured one repetition at a time, and rests in between. */
public interface Contender extends AutoCloseable {

    /** For example {@code spark-2x1}. */
    String label();

    /** Works for one repetition and returns images per second. */
    double repetition();

    /** How often it is measured where others are measured {@code asked} times. */
    default int repetitions(int asked) {
        return asked;
    }

    @Override
    void close();
}
