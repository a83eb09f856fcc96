package io.resnetspark.pipeline.inference;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.when;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Rows of image files and what they are called. The path of a row is its name as text, the stamp the SHA-256 of the image.
 *
 * @param rows any table
 * @param image column of files as they are on disk (JPEG, PNG, …): binary, or structs with a binary field {@code bytes} as in
 *     Hugging Face's datasets; null is rejected like a damaged file
 * @param id column that tells rows apart, of any simple type
 */
public record TableImages(Dataset<Row> rows, String image, String id) implements PredictionInput {

    /** @throws ConfigurationException if the table has no such columns */
    public TableImages {
        List<String> columns = Arrays.asList(rows.columns());
        for (String wanted : List.of(image, id)) {
            if (!columns.contains(wanted)) {
                throw new ConfigurationException("The table has no column %s, but %s; name the image's and the id's"
                        .formatted(wanted, String.join(", ", columns)));
            }
        }
        DataType type = rows.schema().apply(image).dataType();
        if (!type.equals(DataTypes.BinaryType) && !hasBytes(type)) {
            throw new ConfigurationException(
                    "The column %s holds %s; it must hold image files, binary or structs with bytes"
                            .formatted(image, type.simpleString()));
        }
        DataType idType = rows.schema().apply(id).dataType();
        if (idType instanceof StructType || idType.equals(DataTypes.BinaryType)) {
            throw new ConfigurationException("The column %s holds %s, which does not tell rows apart in words"
                    .formatted(id, idType.simpleString()));
        }
    }

    /** @throws BadDataException if an id is null or occurs twice */
    @Override
    public Dataset<Row> keys() {
        Dataset<Row> keys = rows.select(path().as("path"), stamp(hash()).as("source_stamp"));
        List<Row> unclear = keys.groupBy("path")
                .agg(functions.count(lit(1)).as("times"))
                .where(col("times").gt(1).or(col("path").isNull()))
                .limit(1)
                .collectAsList();
        if (!unclear.isEmpty()) {
            throw new BadDataException("The id %s occurs %d times in column %s; it must tell rows apart"
                    .formatted(unclear.get(0).get(0), unclear.get(0).getLong(1), id));
        }
        return keys;
    }

    @Override
    public Dataset<Row> images() {
        return EvenShares.of(rows, all());
    }

    @Override
    public Dataset<Row> images(Dataset<Row> keys) {
        return EvenShares.of(rows, all().join(keys, new String[] {"path", "source_stamp"}, "left_semi"));
    }

    private Dataset<Row> all() {
        return rows.select(
                        path().as("path"),
                        hash().as("image_id"),
                        lit(null).cast(DataTypes.IntegerType).as("width"),
                        lit(null).cast(DataTypes.IntegerType).as("height"),
                        lit(null).cast(DataTypes.IntegerType).as("channels"),
                        lit("encoded").as("encoding"),
                        bytes().as("bytes"),
                        when(bytes().isNull(), lit("unreadable")).as("reason"),
                        when(bytes().isNull(), problem()).as("problem"))
                .withColumn("source_stamp", stamp(col("image_id")));
    }

    private static boolean hasBytes(DataType type) {
        return type instanceof StructType struct
                && Arrays.asList(struct.fieldNames()).contains("bytes")
                && struct.apply("bytes").dataType().equals(DataTypes.BinaryType);
    }

    private boolean isStruct() {
        return rows.schema().apply(image).dataType() instanceof StructType;
    }

    private Column bytes() {
        return isStruct() ? col(image).getField("bytes") : col(image);
    }

    /** What is wrong with an image that has no bytes. */
    private Column problem() {
        Column isNull = lit("The column " + image + " is null");
        return isStruct() ? when(col(image).isNull(), isNull).otherwise(lit("The image has no bytes")) : isNull;
    }

    private Column path() {
        return col(id).cast(DataTypes.StringType);
    }

    private Column hash() {
        return sha2(bytes(), 256);
    }

    private static Column stamp(Column hash) {
        return coalesce(hash, lit("null"));
    }
}
