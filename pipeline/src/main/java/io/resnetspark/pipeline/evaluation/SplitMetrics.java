package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.metrics.Accuracy;
import io.resnetspark.model.metrics.ClassificationMetrics;
import io.resnetspark.model.metrics.PairedOutcomes;
import io.resnetspark.model.metrics.ScoredExample;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.api.java.function.FlatMapFunction;

/** Everything counted over the scored examples of a split, for all models at once; merges across partitions. */
final class SplitMetrics implements Serializable {

    private static final long serialVersionUID = 1L;

    /**
     * What is to be counted.
     *
     * @param temperatures one per model
     * @param sliceColumns names, in the order of {@link ScoredImage#slices}
     */
    record Plan(
            int classes,
            long expectedExamples,
            int calibrationBins,
            List<Double> temperatures,
            List<String> sliceColumns)
            implements Serializable {

        int models() {
            return temperatures.size();
        }
    }

    private final Plan plan;
    private final List<ClassificationMetrics> models = new ArrayList<>();
    /** Keyed by {@code first * models + second}, first below second. */
    private final Map<Integer, PairedOutcomes> pairs = new TreeMap<>();
    /** Per slice column: value to accuracy per model. */
    private final List<TreeMap<String, List<Accuracy>>> slices = new ArrayList<>();

    SplitMetrics(Plan plan) {
        this.plan = plan;
        for (int m = 0; m < plan.models(); m++) {
            models.add(new ClassificationMetrics(plan.classes(), plan.expectedExamples(), plan.calibrationBins()));
            for (int other = m + 1; other < plan.models(); other++) {
                pairs.put(m * plan.models() + other, new PairedOutcomes());
            }
        }
        plan.sliceColumns().forEach(column -> slices.add(new TreeMap<>()));
    }

    void add(ScoredImage image) {
        List<ScoredExample> examples = new ArrayList<>();
        for (int m = 0; m < models.size(); m++) {
            ScoredExample example = image.example(m, plan.temperatures().get(m));
            examples.add(example);
            models.get(m).add(example);
        }
        pairs.forEach(
                (key, outcomes) -> outcomes.add(examples.get(key / models.size()), examples.get(key % models.size())));
        List<String> values = image.slices();
        for (int c = 0; c < slices.size(); c++) {
            List<Accuracy> accuracies = slices.get(c).computeIfAbsent(values.get(c), value -> newAccuracies());
            for (int m = 0; m < models.size(); m++) {
                accuracies.get(m).add(examples.get(m));
            }
        }
    }

    void merge(SplitMetrics other) {
        for (int m = 0; m < models.size(); m++) {
            models.get(m).merge(other.models.get(m));
        }
        pairs.forEach((key, outcomes) -> outcomes.merge(other.pairs.get(key)));
        for (int c = 0; c < slices.size(); c++) {
            TreeMap<String, List<Accuracy>> mine = slices.get(c);
            other.slices.get(c).forEach((value, theirs) -> {
                List<Accuracy> accuracies = mine.computeIfAbsent(value, absent -> newAccuracies());
                for (int m = 0; m < models.size(); m++) {
                    accuracies.get(m).merge(theirs.get(m));
                }
            });
        }
    }

    private List<Accuracy> newAccuracies() {
        return new ArrayList<>(
                Stream.generate(Accuracy::new).limit(models.size()).toList());
    }

    ClassificationMetrics model(int model) {
        return models.get(model);
    }

    /** Outcomes with {@code first} as the first model, whichever of the two was named first. */
    @SuppressWarnings("ArgumentSelectionDefectChecker") // the other way round on purpose
    PairedOutcomes pair(int first, int second) {
        if (first < second) {
            return pairs.get(first * models.size() + second);
        }
        PairedOutcomes swapped = pairs.get(second * models.size() + first);
        return PairedOutcomes.of(swapped.examples(), swapped.onlySecond(), swapped.onlyFirst());
    }

    List<EvaluationReport.Slice> slices(int model) {
        List<EvaluationReport.Slice> rows = new ArrayList<>();
        for (int c = 0; c < slices.size(); c++) {
            String column = plan.sliceColumns().get(c);
            slices.get(c).forEach((value, accuracies) -> {
                Accuracy accuracy = accuracies.get(model);
                rows.add(new EvaluationReport.Slice(
                        column,
                        value,
                        accuracy.examples(),
                        accuracy.top1(),
                        accuracy.top1Interval(),
                        accuracy.top5(),
                        accuracy.loss()));
            });
        }
        return rows;
    }

    /** Counts one partition; its result is one compressed blob, because the tables are mostly zeros. */
    record Count(Plan plan) implements FlatMapFunction<Iterator<ScoredImage>, byte[]> {

        @Override
        public Iterator<byte[]> call(Iterator<ScoredImage> images) {
            SplitMetrics metrics = new SplitMetrics(plan);
            images.forEachRemaining(metrics::add);
            return List.of(metrics.toBytes()).iterator();
        }
    }

    private byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(new GZIPOutputStream(bytes))) {
            out.writeObject(this);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory", e);
        }
        return bytes.toByteArray();
    }

    static SplitMetrics fromBytes(byte[] bytes) {
        try (ObjectInputStream in = new ObjectInputStream(new GZIPInputStream(new ByteArrayInputStream(bytes)))) {
            return (SplitMetrics) in.readObject();
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException("What a task wrote must be readable", e);
        }
    }
}
