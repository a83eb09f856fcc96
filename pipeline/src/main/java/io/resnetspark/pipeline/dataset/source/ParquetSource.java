package io.resnetspark.pipeline.dataset.source;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.decode.RejectedImageException;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.SparkPixels;
import io.resnetspark.pipeline.dataset.Split;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.spark.api.java.function.MapFunction;
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
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/**
 * Parquet files with an image column and a label column. Images are encoded bytes, structs with encoded {@code bytes}
 * (Hugging Face, whose names of classes are taken from the files), or pixels in Spark's image schema ({@code org.apache.spark.ml.image}: BGR or BGRA or grey, row-major).
 *
 * @param input path or URI of a Parquet file or folder
 */
record ParquetSource(String input, PrepareConfig.ParquetColumns columns) implements ImageSource {

    @Override
    public SourceImages images(SparkSession spark) {
        ParquetFiles files = ParquetFiles.of(spark, input);
        List.of(columns.image(), columns.label(), columns.split(), columns.weight())
                .forEach(files::requireAlike);
        Dataset<Row> table;
        try {
            table = files.rows(spark);
        } catch (Exception | AssertionError e) {
            // Spark throws checked exceptions undeclared, and asserts that a folder's files are of one kind.
            throw new ConfigurationException("Cannot read %s as Parquet: %s".formatted(input, firstLine(e)), e);
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
        boolean isNumber = !(labelType instanceof StringType);
        List<String> names = isNumber ? files.classNames(columns.label()).orElse(List.of()) : List.of();
        boolean splitsByName = !hasSplit && files.splits().stream().anyMatch(Objects::nonNull);
        List<Column> selected = new ArrayList<>(List.of(
                concat(col("_metadata.file_path"), lit("#"), col("_metadata.row_index")),
                quoted(columns.label()).cast("string"),
                hasSplit ? quoted(columns.split()) : lit(null).cast("string"),
                splitsByName ? col("_metadata.file_path") : lit(null).cast("string"),
                weight(schema)));
        MapFunction<Row, Row> parser =
                imageColumns(schema, selected, new Labels(isNumber, new ArrayList<>(names), files.liesInFolders()));
        Dataset<Row> rows =
                table.select(selected.toArray(new Column[0])).map(parser, Encoders.row(SourceImages.SCHEMA));
        long bytes =
                table.queryExecution().optimizedPlan().stats().sizeInBytes().longValue();
        return new SourceImages(
                rows, names, List.of(), files.leftOut().counts(), notes(files, names, splitsByName), bytes);
    }

    private List<String> notes(ParquetFiles files, List<String> names, boolean splitsByName) {
        List<String> notes = new ArrayList<>();
        if (!names.isEmpty()) {
            notes.add("The names of the %d classes are those that the files say of the column %s"
                    .formatted(names.size(), columns.label()));
        }
        if (splitsByName) {
            notes.add("Splits are those that files are named after: %s"
                    .formatted(files.splits().stream()
                            .map(split -> split == null ? "none (split by content)" : split.label())
                            .collect(Collectors.joining(", "))));
        }
        notes.addAll(files.leftOut().notes());
        return notes;
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    /** Adds the columns that hold the image to {@code selected} and says how such rows are parsed. */
    private MapFunction<Row, Row> imageColumns(StructType schema, List<Column> selected, Labels labels) {
        DataType type = type(schema, columns.image());
        Column image = quoted(columns.image());
        if (type instanceof BinaryType) {
            selected.add(image);
            selected.add(lit(null).cast("string"));
            return new ParseEncoded(labels);
        }
        if (type instanceof StructType struct) {
            List<String> fields = Arrays.asList(struct.fieldNames());
            if (fields.containsAll(SparkPixels.FIELDS)) {
                for (String field : List.of("data", "width", "height", "mode")) {
                    selected.add(image.getField(field));
                }
                return new ParsePixels(labels);
            }
            if (fields.contains("bytes")) {
                selected.add(image.getField("bytes"));
                selected.add(
                        fields.contains("path")
                                ? image.getField("path")
                                : lit(null).cast("string"));
                return new ParseEncoded(labels);
            }
        }
        throw new ConfigurationException(
                "The image column %s of %s is %s; it must be binary, a struct with bytes, or Spark's image struct"
                        .formatted(columns.image(), input, type.catalogString()));
    }

    private Column weight(StructType schema) {
        if (columns.weight().isEmpty()) {
            return lit(null).cast("double");
        }
        DataType type = type(schema, columns.weight());
        if (!(type instanceof NumericType)) {
            throw new ConfigurationException("The weight column %s of %s is %s; it must be a number"
                    .formatted(columns.weight(), input, type.catalogString()));
        }
        return quoted(columns.weight()).cast("double");
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

    /**
     * Class, split and weight of a row, whose first columns are origin, label, split, file and weight.
     *
     * @param areNumbers whether labels are numbers, of which those below zero mean none
     * @param names of the classes by number; empty if numbers are their names
     * @param inFolders whether files lie in folders that may be named after splits
     */
    private record Labels(boolean areNumbers, ArrayList<String> names, boolean inFolders) implements Serializable {

        String name(Row row) {
            return names.isEmpty() ? row.getString(1) : names.get(Integer.parseInt(row.getString(1)));
        }

        Split split(Row row) {
            if (!row.isNullAt(2)) {
                return Split.find(row.getString(2)).orElse(null);
            }
            return row.isNullAt(3) ? null : ParquetFiles.splitOf(row.getString(3), inFolders);
        }

        /** How much the image counts, null if the row does not say. */
        Float weight(Row row) {
            return row.isNullAt(4) ? null : (float) row.getDouble(4);
        }

        /** The row as a reject if its label or weight cannot be used, else null. */
        Row rejected(Row row, byte[] content) {
            String label = row.getString(1);
            if (label == null || label.isEmpty()) {
                return reject(row, content, SourceRow.NO_LABEL, "The label is " + (label == null ? "null" : "empty"));
            }
            if (areNumbers && label.startsWith("-")) {
                return reject(row, content, SourceRow.NO_LABEL, "The label is %s: unlabelled".formatted(label));
            }
            if (!names.isEmpty() && Long.parseLong(label) >= names.size()) {
                return reject(
                        row,
                        content,
                        SourceRow.INVALID_LABEL,
                        "The label is %s; there are names for %d classes".formatted(label, names.size()));
            }
            Float weight = weight(row);
            if (weight != null && !(weight > 0 && Float.isFinite(weight))) {
                return reject(
                        row,
                        content,
                        SourceRow.INVALID_WEIGHT,
                        "The weight is %s; it must be a positive number".formatted(row.getDouble(4)));
            }
            return null;
        }

        private Row reject(Row row, byte[] content, String reason, String detail) {
            return SourceRow.rejected(row.getString(0), null, split(row), content, reason, detail);
        }
    }

    private record ParseEncoded(Labels labels) implements MapFunction<Row, Row> {

        @Override
        public Row call(Row row) {
            byte[] content = row.isNullAt(5) ? new byte[0] : row.getAs(5);
            Row rejected = labels.rejected(row, content);
            if (rejected != null) {
                return rejected;
            }
            return row.isNullAt(5) && !row.isNullAt(6)
                    ? SourceRow.rejected(
                            row.getString(0),
                            labels.name(row),
                            labels.split(row),
                            null,
                            SourceRow.NO_BYTES,
                            "The image has a path, no bytes: %s is not in the table".formatted(row.getString(6)))
                    : SourceRow.encoded(
                            row.getString(0), labels.name(row), labels.split(row), content, labels.weight(row));
        }
    }

    private record ParsePixels(Labels labels) implements MapFunction<Row, Row> {

        @Override
        public Row call(Row row) {
            String origin = row.getString(0);
            byte[] data = row.isNullAt(5) ? null : row.getAs(5);
            Row rejected = labels.rejected(row, data);
            if (rejected != null) {
                return rejected;
            }
            String label = labels.name(row);
            Split split = labels.split(row);
            if (data == null) {
                return SourceRow.rejected(origin, label, split, null, SourceRow.EMPTY, "The image is null");
            }
            try {
                Image image = SparkPixels.image(row.getInt(6), row.getInt(7), row.getInt(8), data);
                return SourceRow.raw(origin, label, split, image, labels.weight(row));
            } catch (RejectedImageException e) {
                return SourceRow.rejected(origin, label, split, data, SourceRow.UNREADABLE, e.getMessage());
            }
        }
    }
}
