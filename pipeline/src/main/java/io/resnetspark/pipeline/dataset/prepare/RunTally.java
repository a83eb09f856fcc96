package io.resnetspark.pipeline.dataset.prepare;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.resnetspark.pipeline.dataset.RunCounts;
import io.resnetspark.pipeline.dataset.prepare.ExaminedImages.Outcome;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Sums over the examined images of a run.
 *
 * @param counts images by what became of them
 * @param addedClasses class names of the added images
 * @param storedBytes size of the added images as stored
 * @param examples by reason, one of the rejected images and what is wrong with it
 */
public record RunTally(RunCounts counts, Set<String> addedClasses, long storedBytes, Map<String, String> examples) {

    /**
     * @param examined rows of {@link ExaminedImages#SCHEMA}
     * @param leftOut what the source left out, by rule
     */
    static RunTally of(Dataset<Row> examined, Map<String, Long> leftOut) {
        Map<String, String> examples = new TreeMap<>();
        Map<String, Long> outcomes = new TreeMap<>();
        Map<String, Long> duplicates = new TreeMap<>();
        Map<String, Long> rejected = new TreeMap<>();
        Set<String> classes = new TreeSet<>();
        long storedBytes = 0;
        var addedLabel = when(col("outcome").equalTo(Outcome.ADDED.label()), col("label_name"));
        for (Row group : examined.groupBy(col("outcome"), col("reason"), addedLabel.as("added_label"))
                .agg(count(lit(1)), coalesce(sum("stored_size"), lit(0L)), min(struct(col("origin"), col("detail"))))
                .collectAsList()) {
            String outcome = group.getString(0);
            String reason = group.getString(1);
            long images = group.getLong(3);
            outcomes.merge(outcome, images, Long::sum);
            if (outcome.equals(Outcome.DUPLICATE.label())) {
                duplicates.merge(reason, images, Long::sum);
            } else if (outcome.equals(Outcome.REJECTED.label())) {
                rejected.merge(reason, images, Long::sum);
                Row example = group.getStruct(5);
                examples.put(reason, "%s (%s)".formatted(example.get(0), example.get(1)));
            } else if (outcome.equals(Outcome.ADDED.label())) {
                classes.add(group.getString(2));
                storedBytes += group.getLong(4);
            }
        }
        RunCounts counts = new RunCounts(
                outcomes.values().stream().mapToLong(Long::longValue).sum(),
                outcomes.getOrDefault(Outcome.ADDED.label(), 0L),
                outcomes.getOrDefault(Outcome.UNCHANGED.label(), 0L),
                duplicates,
                rejected,
                leftOut);
        return new RunTally(counts, classes, storedBytes, examples);
    }
}
