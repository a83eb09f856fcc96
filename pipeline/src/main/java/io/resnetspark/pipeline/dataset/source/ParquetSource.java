package io.resnetspark.pipeline.dataset.source;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.input.Image;
import io.resnetspark.model.input.RejectedImageException;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.SparkPixels;
import io.resnetspark.pipeline.dataset.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/**
 * Parquet files with an image column and a label column. Images are encoded bytes, structs with encoded {@code bytes}
 * (Hugging Face), or pixels in Spark's image schema ({@code org.apache.spark.ml.image}: BGR or BGRA or grey, row-major).
 *
 * @param input path or URI of a Parquet file or folder
 */
record ParquetSource(String input, PrepareConfig.ParquetColumns columns) implements ImageSource {

    @Override
    public SourceImages images(SparkSession spark) {
        Dataset<Row> table;
        try {
            table = spark.read().parquet(escapeGlob(input));
        } catch (Exception e) {
            if (e instanceof AnalysisException) { // checked in Scala only, so Java cannot catch it by name here
                throw new ConfigurationException("Cannot read %s as Parquet: %s".formatted(input, e.getMessage()), e);
            }
            throw e;
        }
        StructType schema = table.schema();
        DataType labelType = type(schema, columns.label());
        if (!(labelType instanceof StringType
                || labelType instanceof ByteType
                || labelType instanceof ShortType
                || labelType instanceof IntegerType
                || labelType instanceof LongType)) {
            throw new ConfigurationException("The label column %s of %s is %s; it must be a string or an integer"
                    .formatted(columns.label(), input, labelType.catalogString()));
        }
        boolean hasSplit = !columns.split().isEmpty();
        if (hasSplit && !(type(schema, columns.split()) instanceof StringType)) {
            throw new ConfigurationException(
                    "The split column %s of %s must be a string".formatted(columns.split(), input));
        }
        List<Column> selected = new ArrayList<>(List.of(
                concat(col("_metadata.file_path"), lit("#"), col("_metadata.row_index")),
                quoted(columns.label()).cast("string"),
                hasSplit ? quoted(columns.split()) : lit(null).cast("string")));
        MapFunction<Row, Row> parser = imageColumns(schema, selected);
        Dataset<Row> rows =
                table.select(selected.toArray(new Column[0])).map(parser, Encoders.row(SourceImages.SCHEMA));
        long bytes =
                table.queryExecution().optimizedPlan().stats().sizeInBytes().longValue();
        return new SourceImages(rows, List.of(), List.of(), bytes);
    }

    /** Adds the columns that hold the image to {@code selected} and says how such rows are parsed. */
    private MapFunction<Row, Row> imageColumns(StructType schema, List<Column> selected) {
        DataType type = type(schema, columns.image());
        Column image = quoted(columns.image());
        if (type instanceof BinaryType) {
            selected.add(image);
            return new ParseEncoded();
        }
        if (type instanceof StructType) {
            List<String> fields = Arrays.asList(((StructType) type).fieldNames());
            if (fields.containsAll(SparkPixels.FIELDS)) {
                for (String field : List.of("data", "width", "height", "mode")) {
                    selected.add(image.getField(field));
                }
                return new ParsePixels();
            }
            if (fields.contains("bytes")) {
                selected.add(image.getField("bytes"));
                return new ParseEncoded();
            }
        }
        throw new ConfigurationException(
                "The image column %s of %s is %s; it must be binary, a struct with bytes, or Spark's image struct"
                        .formatted(columns.image(), input, type.catalogString()));
    }

    /** Spark takes input paths for patterns. */
    private static String escapeGlob(String path) {
        return path.replaceAll("([\\\\{}\\[\\]*?])", "\\\\$1");
    }

    private DataType type(StructType schema, String column) {
        int index = Arrays.asList(schema.fieldNames()).indexOf(column);
        if (index < 0) {
            throw new ConfigurationException(
                    "%s has no column %s; it has %s".formatted(input, column, String.join(", ", schema.fieldNames())));
        }
        return schema.fields()[index].dataType();
    }

    private static Column quoted(String column) {
        return col("`" + column.replace("`", "``") + "`");
    }

    private static Split split(Row row) {
        return row.isNullAt(2) ? null : Split.find(row.getString(2)).orElse(null);
    }

    private static final class ParseEncoded implements MapFunction<Row, Row> {

        private static final long serialVersionUID = 1L;

        @Override
        public Row call(Row row) {
            byte[] content = row.isNullAt(3) ? new byte[0] : row.getAs(3);
            return row.isNullAt(1)
                    ? SourceRow.rejected(
                            row.getString(0), null, split(row), content, SourceRow.NO_LABEL, "The label is null")
                    : SourceRow.encoded(row.getString(0), row.getString(1), split(row), content);
        }
    }

    private static final class ParsePixels implements MapFunction<Row, Row> {

        private static final long serialVersionUID = 1L;

        @Override
        public Row call(Row row) {
            String origin = row.getString(0);
            if (row.isNullAt(1)) {
                return SourceRow.rejected(origin, null, split(row), null, SourceRow.NO_LABEL, "The label is null");
            }
            String label = row.getString(1);
            if (row.isNullAt(3)) {
                return SourceRow.rejected(origin, label, split(row), null, SourceRow.EMPTY, "The image is null");
            }
            byte[] data = row.getAs(3);
            try {
                Image image = SparkPixels.image(row.getInt(4), row.getInt(5), row.getInt(6), data);
                return SourceRow.raw(
                        origin, label, split(row), image.pixels(), image.width(), image.height(), image.channels());
            } catch (RejectedImageException e) {
                return SourceRow.rejected(origin, label, split(row), data, SourceRow.UNREADABLE, e.getMessage());
            }
        }
    }
}
