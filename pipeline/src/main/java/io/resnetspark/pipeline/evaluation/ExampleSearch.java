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
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Looks through the scored examples for those worth showing. */
final class ExampleSearch {

    private static final StructType FOUND = new StructType()
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

    /** @param scored rows of {@link ClassifyImages#SCORED} */
    ExampleSearch(Dataset<Row> scored, List<String> labels, List<Double> temperatures) {
        this.scored = scored;
        this.labels = labels;
        this.temperatures = temperatures;
    }

    /** The most confident mistakes of all, and of each of certain confusions. */
    List<Mistake> mistakes(int model, int most, int perConfusion, List<Confusion> confusions) {
        double temperature = temperatures.get(model);
        Set<Pair> pairs = new HashSet<>();
        confusions.forEach(cell -> pairs.add(new Pair(cell.actual(), cell.predicted())));
        List<Found> wrong = best(new Limits(most, perConfusion, pairs), row -> {
            ScoredExample example = row.example(model, temperature);
            double trueProbability = example.probability(example.label());
            return example.correct()
                    ? Optional.empty()
                    : Optional.of(found(row, example.predicted(), 0, example.confidence(), trueProbability));
        });
        return wrong.stream()
                .map(one -> new Mistake(
                        one.imageId(), one.origin(), label(one.label()), label(one.first()), one.rank(), one.detail()))
                .toList();
    }

    /** @param thresholds per class, its self-confidence */
    List<SuspectLabel> suspectLabels(int model, int most, double[] thresholds) {
        double temperature = temperatures.get(model);
        List<Found> suspects =
                best(Limits.of(most), row -> LabelSuspicion.of(row.example(model, temperature), thresholds)
                        .map(suspect -> found(row, suspect.suggested(), 0, -suspect.margin(), 0)));
        return suspects.stream()
                .map(one -> new SuspectLabel(
                        one.imageId(), one.origin(), label(one.label()), label(one.first()), -one.rank()))
                .toList();
    }

    /** Examples that one of two models got right and the other wrong, those with the surest prediction first. */
    List<Flip> flips(int first, int second, int most) {
        double firstTemperature = temperatures.get(first);
        double secondTemperature = temperatures.get(second);
        List<Found> flipped = best(Limits.of(most), row -> {
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
        });
        return flipped.stream()
                .map(one -> new Flip(
                        one.imageId(), one.origin(), label(one.label()), label(one.first()), label(one.second())))
                .toList();
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

    private List<Found> best(Limits limits, Finder finder) {
        BestExamples best = new BestExamples(limits);
        scored.mapPartitions(new BestOfPartition(limits, finder), Encoders.row(FOUND))
                .collectAsList()
                .forEach(row -> best.add(new Found(
                        row.getString(0),
                        row.getString(1),
                        row.getInt(2),
                        row.getInt(3),
                        row.getInt(4),
                        row.getDouble(5),
                        row.getDouble(6))));
        return best.list();
    }

    private record BestOfPartition(Limits limits, Finder finder) implements MapPartitionsFunction<Row, Row> {

        @Override
        public Iterator<Row> call(Iterator<Row> rows) {
            BestExamples best = new BestExamples(limits);
            rows.forEachRemaining(row -> finder.look(new ScoredRow(row)).ifPresent(best::add));
            return best.list().stream()
                    .map(one -> RowFactory.create(
                            one.imageId(),
                            one.origin(),
                            one.label(),
                            one.first(),
                            one.second(),
                            one.rank(),
                            one.detail()))
                    .iterator();
        }
    }
}
