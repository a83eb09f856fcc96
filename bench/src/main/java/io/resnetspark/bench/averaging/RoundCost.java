package io.resnetspark.bench.averaging;

/**
 * What a round of averaging took, phase by phase; the phases add up to the round.
 *
 * @param workers each a task with its own network
 * @param cores that all workers share
 * @param parameters trained ones and running statistics
 * @param stateBytes parameters and optimiser state: what a worker receives, and sends
 * @param seconds the whole round
 * @param trainSeconds the slowest worker's steps
 * @param installSeconds the slowest worker's fetching and installing of the broadcast state
 * @param cutSeconds the rest of the first stage: cutting the state into slices and writing them for the shuffle, launching
 *     tasks
 * @param reduceSeconds the second stage: fetching and averaging slices, sending the averages
 * @param driverSeconds the rest: submitting the job, joining the averages, publishing the next state
 * @param shuffleBytes written by all workers
 * @param driverInBytes results of tasks
 * @param driverOutBytes blocks of broadcasts, counted once
 */
public record RoundCost(
        int workers,
        int cores,
        long parameters,
        long stateBytes,
        double seconds,
        double trainSeconds,
        double installSeconds,
        double cutSeconds,
        double reduceSeconds,
        double driverSeconds,
        long shuffleBytes,
        long driverInBytes,
        long driverOutBytes) {}
