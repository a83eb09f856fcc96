package io.resnetspark.pipeline.evaluation;

import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.evaluation.EvaluationReport.DatasetId;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The images of one split.
 *
 * @param images rows with at least {@code image_id, label, origin, width, height, channels, encoding, bytes}
 * @param id which dataset, version and split that is
 * @param expected how many images the dataset's manifest says there are
 * @param labels class names by index
 * @param inputs facts for the provenance, such as the dataset's fingerprint
 */
public record EvaluationData(
        Dataset<Row> images, DatasetId id, long expected, List<String> labels, Map<String, String> inputs) {

    /** The images of a prepared dataset's split. */
    public static EvaluationData of(ImageDataset dataset, Split split) {
        return new EvaluationData(
                dataset.rows(split),
                new DatasetId(
                        new Path(dataset.path()).getName(), dataset.manifest().id(), dataset.version(), split.label()),
                dataset.images(split),
                dataset.classes().names(),
                Map.of(
                        "dataset",
                        dataset.path(),
                        "dataset version",
                        Integer.toString(dataset.version()),
                        "dataset fingerprint",
                        dataset.manifest().content().fingerprint()));
    }
}
