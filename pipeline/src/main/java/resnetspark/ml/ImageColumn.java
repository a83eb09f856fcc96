package resnetspark.ml;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.decode.DecodeLimits;
import io.resnetspark.model.image.decode.ImageDecoder;
import io.resnetspark.model.image.decode.RejectReason;
import io.resnetspark.model.image.decode.RejectedImageException;
import io.resnetspark.pipeline.dataset.SparkPixels;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * A column of images and how its values are read.
 *
 * @param name of the column
 * @param form of its values
 */
record ImageColumn(String name, Form form) implements Serializable {

    /** What a value of the column is. */
    enum Form {
        /** An encoded file, binary. */
        ENCODED,
        /** A struct whose field {@code bytes} is an encoded file, as Hugging Face stores images. */
        ENCODED_IN_STRUCT,
        /** Spark's image struct ({@code org.apache.spark.ml.image.ImageSchema}): rows of BGR, BGRA or grey pixels. */
        PIXELS
    }

    /** @throws IllegalArgumentException if there is no such column or it holds no images */
    static ImageColumn in(StructType schema, String name) {
        DataType type = Columns.require(schema, name, "input").dataType();
        if (type instanceof BinaryType) {
            return new ImageColumn(name, Form.ENCODED);
        }
        if (type instanceof StructType struct) {
            List<String> fields = Arrays.asList(struct.fieldNames());
            if (fields.containsAll(SparkPixels.FIELDS)) {
                return new ImageColumn(name, Form.PIXELS);
            }
            if (fields.contains("bytes")) {
                return new ImageColumn(name, Form.ENCODED_IN_STRUCT);
            }
        }
        throw new IllegalArgumentException(
                "The input column %s is %s; it must be binary, a struct with bytes, or Spark's image struct"
                        .formatted(name, type.catalogString()));
    }

    /** The column in a form that the preparation of datasets reads: encoded bytes or Spark's image struct. */
    Column forPreparation() {
        Column column = Columns.named(name);
        return form == Form.ENCODED_IN_STRUCT ? column.getField("bytes") : column;
    }

    /** Reads values of the column; one per task. */
    final class Reader {

        private final ImageDecoder decoder = new ImageDecoder(DecodeLimits.standard(), 3);

        /** @throws RejectedImageException if the value is null or no readable image */
        Image read(Row row) throws RejectedImageException {
            Object value = row.getAs(name);
            if (value == null) {
                throw new RejectedImageException(RejectReason.EMPTY, "The image is null");
            }
            return switch (form) {
                case ENCODED -> decode((byte[]) value);
                case ENCODED_IN_STRUCT -> decode(((Row) value).getAs("bytes"));
                case PIXELS -> pixels((Row) value);
            };
        }

        private Image decode(byte[] file) throws RejectedImageException {
            if (file == null) {
                throw new RejectedImageException(RejectReason.EMPTY, "The image has no bytes");
            }
            return decoder.decode(file);
        }
    }

    private static Image pixels(Row image) throws RejectedImageException {
        return SparkPixels.image(
                image.<Integer>getAs("width"),
                image.<Integer>getAs("height"),
                image.<Integer>getAs("mode"),
                image.getAs("data"));
    }
}
