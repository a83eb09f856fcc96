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
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Looks through the scored examples for those worth showing: first what is to be looked for is named, then {@link #run} looks
 * for all of it in one pass, then the lists can be had.
 */
final class ExampleSearch {

    private static final StructType FOUND = new StructType()
            .add("query", DataTypes.IntegerType, false)
            .add("image_id", DataTypes.StringType, false)
            .add("origin", DataTypes.StringType, true)
            .add("label", DataTypes.IntegerType, false)
            .add("first", DataTypes.IntegerType, false)
            .add("second", DataTypes.IntegerType, false)
            .add("rank", DataTypes.DoubleType, false)
            .add("detail", DataTypes.DoubleType, false);

    private final Dataset<Row> scored;
    private final List<String> labels;
    private final List<Double> temperatures;
    private final List<Query> queries = new ArrayList<>();
    private List<List<Found>> found = List.of();

    /** @param scored rows of {@link ClassifyImages#SCORED} */
    ExampleSearch(Dataset<Row> scored, List<String> labels, List<Double> temperatures) {
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
                row -> {
                    ScoredExample example = row.example(model, temperature);
                    double trueProbability = example.probability(example.label());
                    return example.correct()
                            ? Optional.empty()
                            : Optional.of(found(row, example.predicted(), 0, example.confidence(), trueProbability));
                },
                one -> new Mistake(
                        one.imageId(), one.origin(), label(one.label()), label(one.first()), one.rank(), one.detail()));
    }

    /** @param thresholds per class, its self-confidence */
    Supplier<List<SuspectLabel>> suspectLabels(int model, int most, double[] thresholds) {
        double temperature = temperatures.get(model);
        return look(
                Limits.of(most),
                row -> LabelSuspicion.of(row.example(model, temperature), thresholds)
                        .map(suspect -> found(row, suspect.suggested(), 0, -suspect.margin(), 0)),
                one -> new SuspectLabel(
                        one.imageId(), one.origin(), label(one.label()), label(one.first()), -one.rank()));
    }

    /** Examples that one of two models got right and the other wrong, those with the surest prediction first. */
    Supplier<List<Flip>> flips(int first, int second, int most) {
        double firstTemperature = temperatures.get(first);
        double secondTemperature = temperatures.get(second);
        return look(
                Limits.of(most),
                row -> {
                    ScoredExample one = row.example(first, firstTemperature);
                    ScoredExample other = row.example(second, secondTemperature);
                    return one.correct() == other.correct()
                            ? Optional.empty()
                            : Optional.of(found(
                                    row,
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

    private static Found found(ScoredRow row, int first, int second, double rank, double detail) {
        return new Found(row.imageId(), row.origin(), row.label(), first, second, rank, detail);
    }

    /** Whether one example is worth showing. */
    private interface Finder extends Serializable {
        Optional<Found> look(ScoredRow row);
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
        scored.mapPartitions(new BestOfPartition(new ArrayList<>(queries)), Encoders.row(FOUND))
                .collectAsList()
                .forEach(row -> best.get(row.getInt(0))
                        .add(new Found(
                                row.getString(1),
                                row.getString(2),
                                row.getInt(3),
                                row.getInt(4),
                                row.getInt(5),
                                row.getDouble(6),
                                row.getDouble(7))));
        found = best.stream().map(BestExamples::list).toList();
    }

    private static List<BestExamples> empty(List<Query> queries) {
        return queries.stream().map(query -> new BestExamples(query.limits())).toList();
    }

    private record BestOfPartition(List<Query> queries) implements MapPartitionsFunction<Row, Row> {

        @Override
        public Iterator<Row> call(Iterator<Row> rows) {
            List<BestExamples> best = empty(queries);
            rows.forEachRemaining(row -> {
                ScoredRow scored = new ScoredRow(row);
                for (int query = 0; query < queries.size(); query++) {
                    queries.get(query).finder().look(scored).ifPresent(best.get(query)::add);
                }
            });
            return IntStream.range(0, queries.size())
                    .boxed()
                    .flatMap(query -> best.get(query).list().stream()
                            .map(one -> RowFactory.create(
                                    query,
                                    one.imageId(),
                                    one.origin(),
                                    one.label(),
                                    one.first(),
                                    one.second(),
                                    one.rank(),
                                    one.detail())))
                    .iterator();
        }
    }
}
