package io.resnetspark.model.metrics;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often each class was taken for each class; only cells that occurred take memory. */
public final class ConfusionMatrix implements Serializable {

    private static final long serialVersionUID = 1L;

    private final int classes;
    /** Keyed by {@code actual * classes + predicted}. */
    private final Map<Long, Long> cells = new HashMap<>();

    public ConfusionMatrix(int classes) {
        if (classes < 1) {
            throw new IllegalArgumentException("classes must be at least 1, not " + classes);
        }
        this.classes = classes;
    }

    public void add(int actual, int predicted) {
        if (actual < 0 || actual >= classes || predicted < 0 || predicted >= classes) {
            throw new IllegalArgumentException("cell (%d, %d) of %d classes".formatted(actual, predicted, classes));
        }
        cells.merge((long) actual * classes + predicted, 1L, Long::sum);
    }

    public void merge(ConfusionMatrix other) {
        if (other.classes != classes) {
            throw new IllegalArgumentException("%d classes cannot merge with %d".formatted(classes, other.classes));
        }
        other.cells.forEach((cell, count) -> cells.merge(cell, count, Long::sum));
    }

    public int classes() {
        return classes;
    }

    public long count(int actual, int predicted) {
        return cells.getOrDefault((long) actual * classes + predicted, 0L);
    }

    /** Dense counts {@code [actual][predicted]}. */
    public long[][] toArray() {
        long[][] dense = new long[classes][classes];
        cells.forEach((cell, count) -> dense[(int) (cell / classes)][(int) (cell % classes)] = count);
        return dense;
    }

    /** The cells that occurred, diagonal included, by actual and then predicted class. */
    List<Confusion> cells() {
        return cells.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(cell -> new Confusion(
                        (int) (cell.getKey() / classes), (int) (cell.getKey() % classes), cell.getValue()))
                .toList();
    }

    /** The confusions that occurred (never the diagonal), the most frequent first, at most {@code limit}. */
    public List<Confusion> worst(int limit) {
        return cells().stream()
                .filter(confusion -> confusion.actual() != confusion.predicted())
                .sorted(Comparator.comparingLong(Confusion::count)
                        .reversed()
                        .thenComparingInt(Confusion::actual)
                        .thenComparingInt(Confusion::predicted))
                .limit(limit)
                .toList();
    }

    /** Precision, recall and F1 of every class, by index. */
    public List<ClassScores> perClass() {
        long[] support = new long[classes];
        long[] predictions = new long[classes];
        cells.forEach((cell, count) -> {
            support[(int) (cell / classes)] += count;
            predictions[(int) (cell % classes)] += count;
        });
        List<ClassScores> scores = new ArrayList<>();
        for (int k = 0; k < classes; k++) {
            scores.add(new ClassScores(support[k], predictions[k], count(k, k)));
        }
        return scores;
    }

    /** @param count examples of class {@code actual} that were predicted as class {@code predicted} */
    public record Confusion(int actual, int predicted, long count) {}
}
