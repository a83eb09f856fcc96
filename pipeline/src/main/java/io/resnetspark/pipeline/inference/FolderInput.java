package io.resnetspark.pipeline.inference;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.storage.FileListing;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
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
 * All files below a folder, or one file; names that start with a dot are not looked at. The stamp of a file is its
 * length and time of modification. Spark's own {@code binaryFile} source is not used because it leaves out empty files
 * without a word and fails as a whole on one unreadable file.
 *
 * @param folder path or URI
 */
public record FolderInput(SparkSession spark, String folder) implements PredictionInput {

    private static final StructType LOADED = KEYS.add("image_id", DataTypes.StringType)
            .add("width", DataTypes.IntegerType)
            .add("height", DataTypes.IntegerType)
            .add("channels", DataTypes.IntegerType)
            .add("encoding", DataTypes.StringType)
            .add("bytes", DataTypes.BinaryType)
            .add("problem", DataTypes.StringType);

    /** @throws BadDataException if there is no such folder */
    @Override
    public Dataset<Row> keys() {
        List<Row> files = new ArrayList<>();
        try {
            Path root = new Path(folder);
            FileSystem fileSystem = root.getFileSystem(spark.sessionState().newHadoopConf());
            for (FileStatus file : FileListing.below(fileSystem, root)) {
                if (!file.getPath().getName().startsWith(".")) {
                    files.add(RowFactory.create(
                            file.getPath().toString(), file.getLen() + "@" + file.getModificationTime()));
                }
            }
        } catch (FileNotFoundException e) {
            throw new BadDataException(folder + " does not exist; name a folder of images", e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list " + folder, e);
        }
        return spark.createDataFrame(files, KEYS);
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

        @Override
        public Row call(Row key) {
            Path path = new Path(key.<String>getAs("path"));
            byte[] bytes = null;
            String id = null;
            String problem = null;
            try (InputStream in = path.getFileSystem(hadoop.value()).open(path)) {
                bytes = in.readAllBytes();
                id = DigestUtils.sha256Hex(bytes);
            } catch (IOException e) {
                problem = "The file cannot be read: " + e.getMessage();
            }
            Object[] values = {
                key.getAs("path"), key.getAs("source_stamp"), id, null, null, null, "encoded", bytes, problem
            };
            // With its schema: Spark may hand a row to the next step as it is, which then reads it by names.
            return new GenericRowWithSchema(values, LOADED);
        }
    }
}
