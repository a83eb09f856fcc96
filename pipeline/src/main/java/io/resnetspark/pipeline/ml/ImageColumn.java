package io.resnetspark.pipeline.ml;

import io.resnetspark.model.input.DecodeLimits;
import io.resnetspark.model.input.Image;
import io.resnetspark.model.input.ImageDecoder;
import io.resnetspark.model.input.RejectReason;
import io.resnetspark.model.input.RejectedImageException;
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

    private static final List<String> PIXEL_FIELDS = List.of("height", "width", "nChannels", "mode", "data");

    /** @throws IllegalArgumentException if there is no such column or it holds no images */
    static ImageColumn in(StructType schema, String name) {
        DataType type = Columns.require(schema, name, "input").dataType();
        if (type instanceof BinaryType) {
            return new ImageColumn(name, Form.ENCODED);
        }
        if (type instanceof StructType struct) {
            List<String> fields = Arrays.asList(struct.fieldNames());
            if (fields.containsAll(PIXEL_FIELDS)) {
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
        byte[] data = image.getAs("data");
        int width = image.<Integer>getAs("width");
        int height = image.<Integer>getAs("height");
        int mode = image.<Integer>getAs("mode");
        // OpenCV's type codes for unsigned bytes in 1, 3 and 4 channels
        int channels =
                switch (mode) {
                    case 0 -> 1;
                    case 16 -> 3;
                    case 24 -> 4;
                    default -> 0;
                };
        if (data == null
                || channels == 0
                || width < 1
                || height < 1
                || (long) width * height * channels != data.length) {
            throw new RejectedImageException(
                    RejectReason.UNREADABLE,
                    "%d x %d pixels of OpenCV type %d do not make %d bytes"
                            .formatted(width, height, mode, data == null ? 0 : data.length));
        }
        return channels == 1
                ? new Image(width, height, 1, data)
                : new Image(width, height, 3, rgb(data, channels, width * height));
    }

    private static byte[] rgb(byte[] bgr, int channels, int count) {
        byte[] pixels = new byte[3 * count];
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < 3; c++) {
                pixels[3 * i + c] = bgr[channels * i + 2 - c];
            }
        }
        return pixels;
    }
}
