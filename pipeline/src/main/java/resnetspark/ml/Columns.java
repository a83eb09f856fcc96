package resnetspark.ml;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Columns of DataFrames by name. Failures are {@link IllegalArgumentException}s, as everywhere in Spark ML. */
final class Columns {

    private Columns() {}

    static StructField require(StructType schema, String name, String purpose) {
        int index = Arrays.asList(schema.fieldNames()).indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("The %s column %s does not exist; there are: %s"
                    .formatted(purpose, name, String.join(", ", schema.fieldNames())));
        }
        return schema.fields()[index];
    }

    /** A column by its exact name, whatever characters that has. */
    static Column named(String name) {
        return functions.col("`" + name.replace("`", "``") + "`");
    }

    /**
     * The schema with the columns of predictions, but for those with an empty name.
     *
     * @param labels names of the labels 0, 1, …, which go into the columns' metadata; empty before training
     */
    static StructType withPredictions(StructType schema, ImageStage stage, List<String> labels) {
        String invalid = stage.getHandleInvalid();
        StructType result = schema;
        for (String vector : List.of(stage.getRawPredictionCol(), stage.getProbabilityCol())) {
            if (!vector.isEmpty()) {
                Metadata metadata =
                        labels.isEmpty() ? Metadata.empty() : new AttributeGroup(vector, labels.size()).toMetadata();
                result = append(result, vector, SQLDataTypes.VectorType(), invalid, metadata);
            }
        }
        String prediction = stage.getPredictionCol();
        if (!prediction.isEmpty()) {
            Metadata metadata = labels.isEmpty()
                    ? Metadata.empty()
                    : NominalAttribute.defaultAttr()
                            .withName(prediction)
                            .withValues(labels.toArray(new String[0]))
                            .toMetadata();
            result = append(result, prediction, DataTypes.DoubleType, invalid, metadata);
        }
        String embedding = stage.getEmbeddingCol();
        if (!embedding.isEmpty()) {
            result = append(result, embedding, SQLDataTypes.VectorType(), invalid);
        }
        return result;
    }

    /**
     * The schema with an output column, with nulls only where rows are kept whose image cannot be read.
     *
     * @param handleInvalid the value of that parameter
     */
    static StructType append(StructType schema, String name, DataType type, String handleInvalid) {
        return append(schema, name, type, handleInvalid, Metadata.empty());
    }

    private static StructType append(
            StructType schema, String name, DataType type, String handleInvalid, Metadata metadata) {
        if (Arrays.asList(schema.fieldNames()).contains(name)) {
            throw new IllegalArgumentException(
                    "Column %s already exists; drop it or give the output another name".formatted(name));
        }
        boolean nullable = InputParams.InvalidImages.of(handleInvalid) == InputParams.InvalidImages.KEEP;
        return schema.add(new StructField(name, type, nullable, metadata));
    }
}
