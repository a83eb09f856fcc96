package io.resnetspark.pipeline.dataset.prepare;

import java.util.Locale;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The rows between reading a source and writing a dataset: every image seen, with what became of it. */
public final class ExaminedImages {

    /** What became of an image that was seen. */
    enum Outcome {
        /** New to the dataset: has all image columns. */
        ADDED,
        /** The dataset has it already. */
        UNCHANGED,
        /** The same bytes as another image of this run or of the dataset. */
        DUPLICATE,
        /** Not usable. */
        REJECTED;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The same bytes twice, in one split and class. */
    static final String DUPLICATE = "duplicate";
    /** The same bytes in two splits of the source: would leak from training into testing. */
    static final String DUPLICATE_ACROSS_SPLITS = "duplicate-across-splits";
    /** The same bytes in two classes of one split. */
    static final String DUPLICATE_OTHER_LABEL = "duplicate-other-label";

    /** {@code reason} is set for duplicates and rejects; columns from {@code split} on only for added images. */
    static final StructType SCHEMA = new StructType()
            .add("outcome", DataTypes.StringType, false)
            .add("reason", DataTypes.StringType)
            .add("detail", DataTypes.StringType)
            .add("origin", DataTypes.StringType, false)
            .add("image_id", DataTypes.StringType)
            .add("label_name", DataTypes.StringType)
            .add("source_split", DataTypes.StringType)
            .add("source_size", DataTypes.LongType)
            .add("split", DataTypes.StringType)
            .add("width", DataTypes.IntegerType)
            .add("height", DataTypes.IntegerType)
            .add("stored_size", DataTypes.IntegerType)
            .add("stored_crc32c", DataTypes.IntegerType)
            .add("pixel_sums", new ArrayType(DataTypes.LongType, false))
            .add("pixel_square_sums", new ArrayType(DataTypes.LongType, false))
            .add("weight", DataTypes.FloatType)
            .add("bytes", DataTypes.BinaryType);

    private ExaminedImages() {}
}
