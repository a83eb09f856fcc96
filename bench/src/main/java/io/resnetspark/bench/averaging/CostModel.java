package io.resnetspark.bench.averaging;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a round costs besides training, from the bytes of the state S, the number of workers N and how many of them share a
 * core, k. Fitted on one machine, where bytes move through memory; {@link #predict} adds the network.
 *
 * <pre>
 * install = a0 + a1 S k            every worker receives and installs a state
 * cut     = b0 + b1 S k            every worker cuts and writes a state
 * reduce  = c0 + c1 S k + c2 N k   all slices of all workers are averaged once; N slices of N parts
 * driver  = d0 + d1 S + d2 N       one state in, one out; N tasks in each of two stages
 * </pre>
 */
public record CostModel(LinearFit install, LinearFit cut, LinearFit reduce, LinearFit driver) {

    private static final double GIGABYTE = 1e9;

    /**
     * @param workers each on cores of its own
     * @param trainSeconds a round's steps, the same for every worker
     */
    public record Prediction(
            int workers,
            long stateBytes,
            double trainSeconds,
            double installSeconds,
            double cutSeconds,
            double reduceSeconds,
            double driverSeconds) {

        public double overheadSeconds() {
            return installSeconds + cutSeconds + reduceSeconds + driverSeconds;
        }

        /** Part of a round in which workers train. */
        public double efficiency() {
            return trainSeconds / (trainSeconds + overheadSeconds());
        }
    }

    static CostModel fit(List<RoundCost> costs) {
        List<String> worker = List.of("s", "s per GB and worker of a core");
        List<double[]> perWorker = costs.stream()
                .map(cost -> new double[] {1, gigabytes(cost.stateBytes()) * share(cost)})
                .toList();
        List<double[]> perSlice = costs.stream()
                .map(cost -> new double[] {1, gigabytes(cost.stateBytes()) * share(cost), cost.workers() * share(cost)})
                .toList();
        List<double[]> perDriver = costs.stream()
                .map(cost -> new double[] {1, gigabytes(cost.stateBytes()), cost.workers()})
                .toList();
        return new CostModel(
                LinearFit.of(worker, perWorker, seconds(costs, RoundCost::installSeconds)),
                LinearFit.of(worker, perWorker, seconds(costs, RoundCost::cutSeconds)),
                LinearFit.of(
                        List.of("s", "s per GB and worker of a core", "s per part of a slice"),
                        perSlice,
                        seconds(costs, RoundCost::reduceSeconds)),
                LinearFit.of(
                        List.of("s", "s per GB", "s per worker"), perDriver, seconds(costs, RoundCost::driverSeconds)));
    }

    private static double share(RoundCost cost) {
        return Math.max(1, (double) cost.workers() / cost.cores());
    }

    private static double gigabytes(long bytes) {
        return bytes / GIGABYTE;
    }

    private static List<Double> seconds(List<RoundCost> costs, ToDoubleFunction<RoundCost> phase) {
        return costs.stream().map(phase::applyAsDouble).toList();
    }

    /**
     * A round on a cluster where every worker has a machine of its own.
     *
     * @param networkBytesPerSecond of each machine, in each direction
     * @param trainSeconds a round's steps
     */
    public Prediction predict(int workers, long stateBytes, double networkBytesPerSecond, double trainSeconds) {
        double s = gigabytes(stateBytes);
        double transfer = stateBytes / networkBytesPerSecond;
        return new Prediction(
                workers,
                stateBytes,
                trainSeconds,
                // the broadcast travels from machine to machine: each receives it once
                install.at(1, s) + transfer,
                cut.at(1, s),
                // each averages a slice of all workers: together one state in, while one goes out
                reduce.at(1, s, workers) + transfer,
                driver.at(1, s, workers) + 2 * transfer);
    }
}
