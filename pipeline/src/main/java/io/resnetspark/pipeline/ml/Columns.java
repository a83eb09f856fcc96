package io.resnetspark.pipeline.ml;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
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
        boolean nullable = SharedParams.InvalidImages.of(stage) == SharedParams.InvalidImages.KEEP;
        StructType result = schema;
        for (String vector : List.of(stage.getRawPredictionCol(), stage.getProbabilityCol())) {
            if (!vector.isEmpty()) {
                Metadata metadata =
                        labels.isEmpty() ? Metadata.empty() : new AttributeGroup(vector, labels.size()).toMetadata();
                result = append(result, new StructField(vector, SQLDataTypes.VectorType(), nullable, metadata));
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
            result = append(result, new StructField(prediction, DataTypes.DoubleType, nullable, metadata));
        }
        String embedding = stage.getEmbeddingCol();
        if (!embedding.isEmpty()) {
            result = append(result, new StructField(embedding, SQLDataTypes.VectorType(), nullable, Metadata.empty()));
        }
        return result;
    }

    private static StructType append(StructType schema, StructField field) {
        if (Arrays.asList(schema.fieldNames()).contains(field.name())) {
            throw new IllegalArgumentException(
                    "Column %s already exists; drop it or give the output another name".formatted(field.name()));
        }
        return schema.add(field);
    }
}
