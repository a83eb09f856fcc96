package io.resnetspark.pipeline.experiment;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.resnetspark.pipeline.storage.AtomicStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** {@code results.parquet}: a row for each training, seed and epoch. What was not measured is null. */
final class ResultsTable {

    static final String FILE = "results.parquet";
    private static final String SCRATCH = ".results-unfinished";

    private static final StructType COLUMNS = new StructType()
            .add("experiment", StringType, false)
            .add("training", StringType, false)
            .add("axes", DataTypes.createMapType(StringType, StringType, false), false)
            .add("network", StringType, false)
            .add("parameters", LongType, false)
            .add("seed", LongType, false)
            .add("status", StringType, false)
            .add("judged_split", StringType, false)
            .add("epoch", IntegerType, false)
            .add("images", LongType, false)
            .add("train_loss", DoubleType, true)
            .add("train_error", DoubleType, true)
            .add("judged_loss", DoubleType, true)
            .add("judged_error", DoubleType, true)
            .add("seconds", DoubleType, false)
            .add("worker_bytes", LongType, false)
            .add("driver_bytes", LongType, false);

    private ResultsTable() {}

    /** Replaces the table by one of these trainings, in one step. */
    static void write(SparkSession spark, AtomicStore directory, String experiment, List<TrainedSeed> trained) {
        List<Row> rows = new ArrayList<>();
        trained.forEach(seed -> seed.epochs().forEach(epoch -> rows.add(row(experiment, seed, epoch))));
        Path scratch = directory.path(SCRATCH);
        try {
            FileSystem files = scratch.getFileSystem(spark.sessionState().newHadoopConf());
            spark.createDataFrame(rows, COLUMNS)
                    .coalesce(1)
                    .write()
                    .mode(SaveMode.Overwrite)
                    .parquet(scratch.toString());
            directory.replace(FILE, onlyPart(files, scratch));
            files.delete(scratch, true);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write %s: %s".formatted(directory.path(FILE), e.getMessage()), e);
        }
    }

    private static byte[] onlyPart(FileSystem files, Path folder) throws IOException {
        for (FileStatus file : files.listStatus(folder)) {
            if (file.getPath().getName().endsWith(".parquet")) {
                try (InputStream in = files.open(file.getPath())) {
                    return in.readAllBytes();
                }
            }
        }
        throw new IOException("Spark wrote no file into " + folder);
    }

    private static Row row(String experiment, TrainedSeed seed, EpochResult epoch) {
        Training training = seed.training();
        Map<String, String> axes = new LinkedHashMap<>();
        training.axes().forEach((axis, value) -> axes.put(axis, String.valueOf(value)));
        return RowFactory.create(
                experiment,
                training.name(),
                axes,
                training.config().model().arch(),
                seed.parameters(),
                seed.seed(),
                seed.status().label(),
                training.config().dataset().validateOn().label(),
                epoch.epoch(),
                epoch.images(),
                measured(epoch.trainLoss()),
                measured(epoch.trainError()),
                measured(epoch.judgedLoss()),
                measured(epoch.judgedError()),
                epoch.seconds(),
                epoch.workerBytes(),
                epoch.driverBytes());
    }

    private static Double measured(double value) {
        return Double.isNaN(value) ? null : value;
    }
}
