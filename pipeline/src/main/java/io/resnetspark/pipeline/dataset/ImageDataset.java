package io.resnetspark.pipeline.dataset;

import io.resnetspark.model.error.BadDataException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A version of a dataset, opened for reading. It never changes, whatever is added to the dataset later. */
public final class ImageDataset {

    private final SparkSession spark;
    private final String path;
    private final ImageTable table;
    private final DatasetManifest manifest;

    private ImageDataset(SparkSession spark, DatasetFiles files, DatasetManifest manifest) {
        this.spark = spark;
        this.path = files.root();
        this.table = new ImageTable(spark, files.images());
        this.manifest = manifest;
    }

    /**
     * Opens the current version.
     *
     * @param spark a session with {@link DeltaSession#SETTINGS}
     * @throws BadDataException if there is no dataset at {@code path} or its manifest is damaged
     */
    public static ImageDataset open(SparkSession spark, String path) {
        DatasetFiles files = files(spark, path);
        return new ImageDataset(spark, files, files.existing());
    }

    /**
     * Opens a certain version.
     *
     * @throws BadDataException if there is no dataset at {@code path}, it has no such version, or a manifest is damaged
     */
    public static ImageDataset open(SparkSession spark, String path, int version) {
        DatasetFiles files = files(spark, path);
        return new ImageDataset(spark, files, files.version(version));
    }

    private static DatasetFiles files(SparkSession spark, String path) {
        DeltaSession.check(spark);
        SparkSerializer.check(spark.sparkContext().getConf());
        return new DatasetFiles(path, spark.sessionState().newHadoopConf());
    }

    /** Fully qualified. */
    public String path() {
        return path;
    }

    public DatasetManifest manifest() {
        return manifest;
    }

    public int version() {
        return manifest.version();
    }

    public ClassIndex classes() {
        return new ClassIndex(manifest.content().classes());
    }

    /** Number of images in a split. */
    public long images(Split split) {
        return manifest.split(split).images();
    }

    /** Channels of every stored image: 1 or 3. */
    public int channels() {
        return manifest.making().config().channels();
    }

    /** How the column {@code bytes} is to be read. */
    public PrepareConfig.StoredEncoding encoding() {
        return manifest.making().config().storage().encoding();
    }

    /**
     * The images of a split as rows, in no particular order: {@code image_id, label, label_name, split, width, height,
     * channels, encoding, stored_size, stored_crc32c, origin, source_size, version, added_at, pixel_sums,
     * pixel_square_sums, bytes}.
     */
    public Dataset<Row> rows(Split split) {
        return table.rows(manifest.tables().tableVersion(), split);
    }

    /** The images of all splits, as {@link #rows(Split)}. */
    public Dataset<Row> rows() {
        return table.rows(manifest.tables().tableVersion());
    }

    SparkSession spark() {
        return spark;
    }
}
