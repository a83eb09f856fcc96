package io.resnetspark.bench.report;

import io.resnetspark.bench.workload.SystemUnderTest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Everything a run found; its JSON has these names in snake case.
 *
 * @param startedAt ISO 8601, UTC
 * @param seconds the run took
 * @param systems name and versions of each system, by its label
 * @param ratios of this project to every peer, wherever both have a number
 * @param excluded what was asked for and has no number
 */
public record BenchmarkReport(
        int formatVersion,
        String startedAt,
        double seconds,
        Machine machine,
        Map<String, String> systems,
        List<Result> results,
        List<Ratio> ratios,
        List<Exclusion> excluded) {

    private static final int FORMAT_VERSION = 1;

    public static BenchmarkReport of(
            String startedAt,
            double seconds,
            Machine machine,
            Map<String, String> systems,
            List<Result> results,
            List<Exclusion> excluded) {
        List<Ratio> ratios = results.stream()
                .filter(result -> !SystemUnderTest.isOurs(result.system()))
                .flatMap(peer -> ours(peer, results)
                        .map(ours -> new Ratio(
                                peer.network(),
                                peer.mode(),
                                ours.system(),
                                peer.system(),
                                ours.imagesPerSecondMedian() / peer.imagesPerSecondMedian())))
                .toList();
        return new BenchmarkReport(FORMAT_VERSION, startedAt, seconds, machine, systems, results, ratios, excluded);
    }

    private static Stream<Result> ours(Result peer, List<Result> results) {
        return results.stream()
                .filter(result -> SystemUnderTest.isOurs(result.system())
                        && result.network().equals(peer.network())
                        && result.mode().equals(peer.mode()));
    }
}
