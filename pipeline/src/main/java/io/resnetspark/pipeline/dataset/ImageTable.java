package io.resnetspark.pipeline.dataset;

import static org.apache.spark.sql.functions.col;

import io.delta.tables.DeltaTable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The Delta table of images. Its Parquet files are plain: no compression and no dictionary on {@code bytes}, so that an
 * image is a byte range of a file ({@link ExampleIndex}).
 */
public final class ImageTable {

    /**
     * {@code image_id}: SHA-256 of the source's bytes, lower-case hexadecimal. {@code bytes}: as {@code encoding} says.
     * {@code pixel_sums}, {@code pixel_square_sums}: per channel, of the stored pixels. {@code version}: the dataset
     * version that added the image. {@code weight}: how much the image counts in training, null where the source does
     * not say.
     */
    static final StructType SCHEMA = new StructType()
            .add("image_id", DataTypes.StringType, false)
            .add("label", DataTypes.IntegerType, false)
            .add("label_name", DataTypes.StringType, false)
            .add("split", DataTypes.StringType, false)
            .add("width", DataTypes.IntegerType, false)
            .add("height", DataTypes.IntegerType, false)
            .add("channels", DataTypes.IntegerType, false)
            .add("encoding", DataTypes.StringType, false)
            .add("stored_size", DataTypes.IntegerType, false)
            .add("stored_crc32c", DataTypes.IntegerType, false)
            .add("origin", DataTypes.StringType, false)
            .add("source_size", DataTypes.LongType, false)
            .add("version", DataTypes.IntegerType, false)
            .add("added_at", DataTypes.TimestampType, false)
            .add("pixel_sums", new ArrayType(DataTypes.LongType, false), false)
            .add("pixel_square_sums", new ArrayType(DataTypes.LongType, false), false)
            .add("weight", DataTypes.FloatType)
            .add("bytes", DataTypes.BinaryType, false);

    /** The table as it was created: without images. */
    public static final long EMPTY = 0;

    private final SparkSession spark;
    private final String path;

    public ImageTable(SparkSession spark, String path) {
        this.spark = spark;
        this.path = path;
    }

    /**
     * Settings of the session that writes the table.
     *
     * @param slots tasks that run at a time
     */
    public static Map<String, String> writerSettings(PrepareConfig.Storage storage, int slots) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("parquet.enable.dictionary#bytes", "false");
        settings.put("parquet.writer.version", "v1");
        settings.put("parquet.block.size", Long.toString((long) storage.rowGroupMebibytes() << 20));
        // Images are large: look at the size of pages and row groups after a few rows, not after the first hundred.
        settings.put("parquet.page.size.row.check.min", "4");
        settings.put("parquet.block.size.row.check.min", "4");
        settings.put("spark.sql.parquet.compression.codec", "uncompressed");
        settings.put("spark.sql.parquet.fieldId.write.enabled", "false");
        // The log of a table of some thousand files; Delta's 50 tasks for it would take longer than the log itself.
        settings.put("spark.databricks.delta.snapshotPartitions", Integer.toString(Math.min(slots, 8)));
        settings.put("spark.databricks.delta.optimizeWrite.enabled", "false");
        settings.put("spark.databricks.delta.autoCompact.enabled", "false");
        return settings;
    }

    /**
     * Brings the table to a version, whatever runs that died have appended since, and creates it if need be.
     *
     * @param base the table version of the dataset's current version, or {@link #EMPTY}
     */
    public void rewindTo(long base) {
        if (!DeltaTable.isDeltaTable(spark, path)) {
            create();
        } else if (version() != base) {
            DeltaTable.forPath(spark, path).restoreToVersion(base);
        }
    }

    private void create() {
        var builder = DeltaTable.create(spark)
                .location(path)
                .partitionedBy("split")
                // Old versions are read by version number for as long as the dataset lives.
                .property("delta.logRetentionDuration", "interval 36500 days")
                .property("delta.deletedFileRetentionDuration", "interval 36500 days")
                // What would make a file's rows differ from the table's.
                .property("delta.enableDeletionVectors", "false")
                .property("delta.columnMapping.mode", "none")
                .property("delta.dataSkippingStatsColumns", "label,version");
        for (StructField field : SCHEMA.fields()) {
            builder.addColumn(field.name(), field.dataType(), field.nullable());
        }
        builder.execute();
    }

    /** The newest version of the table. */
    long version() {
        return DeltaVersions.newest(spark, path);
    }

    /**
     * Appends images.
     *
     * @param images rows of {@link #SCHEMA}
     * @return the table's new version
     */
    public long append(Dataset<Row> images) {
        images.select(Arrays.stream(SCHEMA.fieldNames()).map(name -> col(name)).toArray(Column[]::new))
                .sortWithinPartitions("split", "image_id")
                .write()
                .format("delta")
                .mode("append")
                .option("compression", "uncompressed")
                // Tables of before 0.2.0 have no weights.
                .option("mergeSchema", true)
                .save(path);
        return version();
    }

    /** The rows of a version, in no particular order. */
    public Dataset<Row> rows(long version) {
        return spark.read().format("delta").option("versionAsOf", version).load(path);
    }

    /** The rows of a version's split. */
    public Dataset<Row> rows(long version, Split split) {
        return rows(version).where(col("split").equalTo(split.label()));
    }
}
