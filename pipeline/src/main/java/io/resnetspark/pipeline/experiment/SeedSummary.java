package io.resnetspark.pipeline.experiment;

import io.resnetspark.pipeline.run.TrainingStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A training over its seeds.
 *
 * @param name its name
 * @param network name of its network
 * @param parameters trainable parameters; 0 as long as no seed is finished
 * @param axes what tells it from the others
 * @param finished seeds that reached the last epoch
 * @param diverged seeds whose loss stopped being a number
 * @param results by measure, after the last epoch
 * @param course by measure, after every epoch: {@code [epoch, mean, deviation]}
 * @param seeds each seed's results
 */
record SeedSummary(
        String name,
        String network,
        long parameters,
        Map<String, Object> axes,
        int finished,
        int diverged,
        Map<String, Spread> results,
        Map<String, List<List<Double>>> course,
        List<SeedResult> seeds) {

    /**
     * @param epochs finished epochs
     * @param results by measure, after the last epoch; undefined for a training that diverged
     */
    record SeedResult(long seed, TrainingStatus status, int epochs, Map<String, Double> results) {}

    static SeedSummary of(Training training, List<TrainedSeed> all) {
        List<TrainedSeed> own = all.stream()
                .filter(trained -> trained.training().equals(training))
                .toList();
        Map<String, Spread> results = new LinkedHashMap<>();
        Map<String, List<List<Double>>> course = new LinkedHashMap<>();
        for (Measure measure : Measure.values()) {
            results.put(
                    measure.key(),
                    Spread.of(
                            own.stream().map(trained -> trained.result(measure)).toList()));
            course.put(measure.key(), course(own, measure));
        }
        int diverged = (int) own.stream()
                .filter(trained -> trained.status() == TrainingStatus.DIVERGED)
                .count();
        return new SeedSummary(
                training.name(),
                training.config().model().arch(),
                own.isEmpty() ? 0 : own.get(0).parameters(),
                training.axes(),
                own.size() - diverged,
                diverged,
                results,
                course,
                own.stream().map(SeedSummary::seed).toList());
    }

    private static SeedResult seed(TrainedSeed trained) {
        Map<String, Double> results = new LinkedHashMap<>();
        for (Measure measure : Measure.values()) {
            results.put(measure.key(), trained.result(measure));
        }
        return new SeedResult(trained.seed(), trained.status(), trained.epochs().size(), results);
    }

    private static List<List<Double>> course(List<TrainedSeed> own, Measure measure) {
        int longest =
                own.stream().mapToInt(trained -> trained.epochs().size()).max().orElse(0);
        List<List<Double>> course = new ArrayList<>();
        for (int i = 0; i < longest; i++) {
            int epoch = i;
            Spread spread = Spread.of(own.stream()
                    .filter(trained -> trained.epochs().size() > epoch)
                    .map(trained -> measure.of(trained.epochs().get(epoch)))
                    .toList());
            course.add(List.of((double) epoch + 1, spread.mean(), spread.deviation()));
        }
        return course;
    }
}
