package io.resnetspark.bench.schedule;

import io.resnetspark.bench.workload.SystemUnderTest;
import java.time.Duration;

/** A system that computes when told to, and only then. */
public interface Contestant {

    SystemUnderTest system();

    /**
     * Computes {@code steps} batches.
     *
     * @param limit after which it is given up
     * @return the seconds they took
     * @throws ContestantFailedException if it failed or took longer; it is not to be used any more
     */
    double run(int steps, Duration limit) throws ContestantFailedException;
}
