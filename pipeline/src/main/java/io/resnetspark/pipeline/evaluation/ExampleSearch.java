package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.metrics.ConfusionMatrix.Confusion;
import io.resnetspark.model.metrics.LabelSuspicion;
import io.resnetspark.model.metrics.ScoredExample;
import io.resnetspark.pipeline.evaluation.BestExamples.Found;
import io.resnetspark.pipeline.evaluation.BestExamples.Limits;
import io.resnetspark.pipeline.evaluation.BestExamples.Pair;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Flip;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Mistake;
import io.resnetspark.pipeline.evaluation.EvaluationReport.SuspectLabel;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Looks through the scored examples for those worth showing: first what is to be looked for is named, then {@link #run} looks
 * for all of it in one pass, then the lists can be had.
 */
final class ExampleSearch {

    private final JavaRDD<ScoredImage> scored;
    private final List<String> labels;
    private final List<Double> temperatures;
    private final List<Query> queries = new ArrayList<>();
    private List<List<Found>> found = List.of();

    ExampleSearch(JavaRDD<ScoredImage> scored, List<String> labels, List<Double> temperatures) {
        this.scored = scored;
        this.labels = labels;
        this.temperatures = temperatures;
    }

    /** The most confident mistakes of all, and of each of certain confusions. */
    Supplier<List<Mistake>> mistakes(int model, int most, int perConfusion, List<Confusion> confusions) {
        double temperature = temperatures.get(model);
        Set<Pair> pairs = new HashSet<>();
        confusions.forEach(cell -> pairs.add(new Pair(cell.actual(), cell.predicted())));
        return look(
                new Limits(most, perConfusion, pairs),
                image -> {
                    ScoredExample example = image.example(model, temperature);
                    double trueProbability = example.probability(example.label());
                    return example.correct()
                            ? Optional.empty()
                            : Optional.of(found(image, example.predicted(), 0, example.confidence(), trueProbability));
                },
                one -> new Mistake(
                        one.imageId(), one.origin(), label(one.label()), label(one.first()), one.rank(), one.detail()));
    }

    /** @param thresholds per class, its self-confidence */
    Supplier<List<SuspectLabel>> suspectLabels(int model, int most, double[] thresholds) {
        double temperature = temperatures.get(model);
        return look(
                Limits.of(most),
                image -> LabelSuspicion.of(image.example(model, temperature), thresholds)
                        .map(suspect -> found(image, suspect.suggested(), 0, -suspect.margin(), 0)),
                one -> new SuspectLabel(
                        one.imageId(), one.origin(), label(one.label()), label(one.first()), -one.rank()));
    }

    /** Examples that one of two models got right and the other wrong, those with the surest prediction first. */
    Supplier<List<Flip>> flips(int first, int second, int most) {
        double firstTemperature = temperatures.get(first);
        double secondTemperature = temperatures.get(second);
        return look(
                Limits.of(most),
                image -> {
                    ScoredExample one = image.example(first, firstTemperature);
                    ScoredExample other = image.example(second, secondTemperature);
                    return one.correct() == other.correct()
                            ? Optional.empty()
                            : Optional.of(found(
                                    image,
                                    one.predicted(),
                                    other.predicted(),
                                    Math.max(one.confidence(), other.confidence()),
                                    0));
                },
                one -> new Flip(
                        one.imageId(), one.origin(), label(one.label()), label(one.first()), label(one.second())));
    }

    private String label(int index) {
        return labels.get(index);
    }

    private static Found found(ScoredImage image, int first, int second, double rank, double detail) {
        return new Found(image.imageId(), image.origin(), image.label(), first, second, rank, detail);
    }

    /** Whether one example is worth showing. */
    private interface Finder extends Serializable {
        Optional<Found> look(ScoredImage image);
    }

    /** What is looked for. */
    private record Query(Limits limits, Finder finder) implements Serializable {}

    private <T> Supplier<List<T>> look(Limits limits, Finder finder, Function<Found, T> shown) {
        int query = queries.size();
        queries.add(new Query(limits, finder));
        return () -> found.get(query).stream().map(shown).toList();
    }

    /** Looks for all that was named before. */
    void run() {
        List<BestExamples> best = empty(queries);
        scored.mapPartitions(new BestOfPartition(new ArrayList<>(queries)))
                .collect()
                .forEach(answer -> answer.found().forEach(best.get(answer.query())::add));
        found = best.stream().map(BestExamples::list).toList();
    }

    private static List<BestExamples> empty(List<Query> queries) {
        return queries.stream().map(query -> new BestExamples(query.limits())).toList();
    }

    /** The best that one partition has for a query. */
    private record Answer(int query, List<Found> found) implements Serializable {}

    private record BestOfPartition(List<Query> queries) implements FlatMapFunction<Iterator<ScoredImage>, Answer> {

        @Override
        public Iterator<Answer> call(Iterator<ScoredImage> images) {
            List<BestExamples> best = empty(queries);
            images.forEachRemaining(image -> {
                for (int query = 0; query < queries.size(); query++) {
                    queries.get(query).finder().look(image).ifPresent(best.get(query)::add);
                }
            });
            return IntStream.range(0, queries.size())
                    .mapToObj(query -> new Answer(query, best.get(query).list()))
                    .iterator();
        }
    }
}
