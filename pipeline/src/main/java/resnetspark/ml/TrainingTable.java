package resnetspark.ml;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.when;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.storage.Location;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;

/**
 * What training needs of a DataFrame, written once to Parquet: {@code image, label (int), split, weight (double), given
 * (double)}, without the rows that weigh nothing. The
 * DataFrame's own lineage is computed a single time.
 *
 * @param path of the Parquet folder
 * @param labels names of the labels 0, 1, …
 */
record TrainingTable(String path, List<String> labels) {

    static final String IMAGE = "image";
    static final String LABEL = "label";
    static final String SPLIT = "split";
    static final String WEIGHT = "weight";
    private static final String GIVEN = "given";

    /**
     * @param validation boolean column that marks the rows to validate on
     * @param weight column of how much rows count in training
     * @throws BadDataException if there are no rows, or a label is no whole number from 0
     */
    static TrainingTable write(
            Dataset<?> rows,
            ImageColumn image,
            String labelColumn,
            Optional<String> validation,
            Optional<String> weight,
            String path) {
        Column given = col(GIVEN);
        Column isLabel = given.geq(0).and(given.lt(Integer.MAX_VALUE)).and(given.equalTo(floor(given)));
        Column split = validation
                .map(column -> when(Columns.named(column), Split.VAL.label()).otherwise(Split.TRAIN.label()))
                .orElseGet(() -> lit(Split.TRAIN.label()));
        rows.select(
                        image.forPreparation().as(IMAGE),
                        Columns.named(labelColumn).cast("double").as(GIVEN),
                        split.as(SPLIT),
                        weight.map(column -> Columns.named(column).cast("double"))
                                .orElseGet(() -> lit(null).cast("double"))
                                .as(WEIGHT))
                .where(col(WEIGHT).isNull().or(col(WEIGHT).notEqual(0)))
                .withColumn(LABEL, when(isLabel, given.cast("int")))
                .write()
                .parquet(path);
        SparkSession spark = rows.sparkSession();
        Row summary = spark.read()
                .parquet(Location.of(path, spark.sessionState().newHadoopConf()).literal())
                .agg(
                        count(lit(1)),
                        count(LABEL),
                        max(LABEL),
                        first(when(col(LABEL).isNull(), coalesce(given.cast("string"), lit("null"))), true),
                        count(when(
                                col(WEIGHT)
                                        .lt(0)
                                        .or(col(WEIGHT).isNaN())
                                        .or(col(WEIGHT).equalTo(Double.POSITIVE_INFINITY)),
                                1)))
                .first();
        long images = summary.getLong(0);
        if (images == 0) {
            throw new BadDataException("There are no rows to train on");
        }
        if (summary.getLong(1) < images) {
            throw new BadDataException(
                    "%d of %d labels in the column %s are no whole numbers from 0, for example %s; index them with StringIndexer"
                            .formatted(images - summary.getLong(1), images, labelColumn, summary.getString(3)));
        }
        if (summary.getLong(4) > 0) {
            throw new BadDataException("%d of %d weights in the column %s are not numbers from 0"
                    .formatted(summary.getLong(4), images, weight.orElseThrow()));
        }
        StructField label = Columns.require(rows.schema(), labelColumn, "label");
        return new TrainingTable(path, ClassLabels.names(label, summary.getInt(2)));
    }
}
