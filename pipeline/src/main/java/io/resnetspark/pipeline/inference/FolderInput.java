package io.resnetspark.pipeline.inference;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.image.decode.DecodeLimits;
import io.resnetspark.pipeline.storage.InputFiles;
import io.resnetspark.pipeline.storage.InputFiles.Entry;
import io.resnetspark.pipeline.storage.InputFiles.Kind;
import io.resnetspark.pipeline.storage.LeftOut;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * All files below a folder, or one file; what {@link LeftOut} names is not looked at. The stamp of a file is its length and
 * time of modification. Spark's own {@code binaryFile} source is not used because it leaves out empty files without a word
 * and fails as a whole on one unreadable file.
 */
public final class FolderInput implements PredictionInput {

    private static final StructType LOADED = KEYS.add("image_id", DataTypes.StringType)
            .add("width", DataTypes.IntegerType)
            .add("height", DataTypes.IntegerType)
            .add("channels", DataTypes.IntegerType)
            .add("encoding", DataTypes.StringType)
            .add("bytes", DataTypes.BinaryType)
            .add("reason", DataTypes.StringType)
            .add("problem", DataTypes.StringType);

    private final SparkSession spark;
    private final List<Entry> entries;

    /**
     * Lists a folder.
     *
     * @param folder path or URI
     * @param output where the predictions go: if that is below the folder, it is no part of it
     * @throws BadDataException if there is no such folder
     */
    public FolderInput(SparkSession spark, String folder, Optional<String> output) {
        this.spark = spark;
        InputFiles files = InputFiles.of(folder, output, spark.sessionState().newHadoopConf());
        Entry root = files.rootEntry()
                .orElseThrow(() -> new BadDataException(folder + " does not exist; name a folder of images"));
        this.entries = root.is(Kind.FOLDER) ? files.below(files.root()) : List.of(root);
        this.entries.stream()
                .filter(entry -> entry.is(Kind.UNREADABLE) && entry.path().equals(files.root()))
                .findFirst()
                .ifPresent(entry -> {
                    throw new BadDataException("Cannot read %s: %s".formatted(folder, entry.problem()));
                });
    }

    /** As {@link #FolderInput(SparkSession, String, Optional)}, with an output elsewhere. */
    public FolderInput(SparkSession spark, String folder) {
        this(spark, folder, Optional.empty());
    }

    private Stream<Entry> inputs() {
        return entries.stream().filter(entry -> !LeftOut.leavesOut(entry));
    }

    @Override
    public long count() {
        return inputs().count();
    }

    @Override
    public Dataset<Row> keys() {
        List<Row> keys = inputs().map(entry -> RowFactory.create(entry.path(), stamp(entry)))
                .toList();
        return spark.createDataFrame(keys, KEYS);
    }

    /** Tells another content by the same path; of something unreadable, what is wrong with it. */
    private static String stamp(Entry entry) {
        return entry.is(Kind.UNREADABLE) ? entry.problem() : entry.length() + "@" + entry.modified();
    }

    @Override
    public LeftOut leftOut() {
        return LeftOut.of(entries);
    }

    @Override
    public Dataset<Row> images() {
        return images(keys());
    }

    @Override
    public Dataset<Row> images(Dataset<Row> keys) {
        // Paths are spread before files are read, not after.
        return keys.repartition(spark.sparkContext().defaultParallelism())
                .map(
                        new ReadFile(new SerializableConfiguration(
                                spark.sessionState().newHadoopConf())),
                        Encoders.row(LOADED));
    }

    private record ReadFile(SerializableConfiguration hadoop) implements MapFunction<Row, Row> {

        private static final Pattern STAMP = Pattern.compile("\\d+@-?\\d+");

        @Override
        public Row call(Row key) {
            String path = key.getAs("path");
            String stamp = key.getAs("source_stamp");
            if (!STAMP.matcher(stamp).matches()) {
                return row(key, null, null, "unreadable", stamp);
            }
            long length = Long.parseLong(stamp.substring(0, stamp.indexOf('@')));
            long limit = DecodeLimits.standard().maxBytes();
            if (length > limit) {
                return row(
                        key,
                        null,
                        null,
                        "too_large",
                        "The file has %d bytes, more than the limit of %d".formatted(length, limit));
            }
            try {
                byte[] bytes = InputFiles.read(path, length, hadoop.value());
                return row(key, DigestUtils.sha256Hex(bytes), bytes, null, null);
            } catch (IOException e) {
                return row(key, null, null, "unreadable", "The file cannot be read: " + e.getMessage());
            }
        }

        private static Row row(Row key, String id, byte[] bytes, String reason, String problem) {
            Object[] values = {
                key.getAs("path"), key.getAs("source_stamp"), id, null, null, null, "encoded", bytes, reason, problem
            };
            // With its schema: Spark may hand a row to the next step as it is, which then reads it by names.
            return new GenericRowWithSchema(values, LOADED);
        }
    }
}
