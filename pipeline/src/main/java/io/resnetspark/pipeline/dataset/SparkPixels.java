package io.resnetspark.pipeline.dataset;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.decode.RejectReason;
import io.resnetspark.model.image.decode.RejectedImageException;
import java.util.List;

/** Reads the pixels of Spark's image struct ({@code org.apache.spark.ml.image.ImageSchema}): BGR, BGRA or grey, row-major. */
public final class SparkPixels {

    /** The struct's fields, but for its origin. */
    public static final List<String> FIELDS = List.of("height", "width", "nChannels", "mode", "data");

    private SparkPixels() {}

    /**
     * The image, grey or RGB.
     *
     * @param mode OpenCV's type code: unsigned bytes in 1, 3 or 4 channels
     * @param data the pixels; null is refused as well
     * @throws RejectedImageException if these do not make an image
     */
    public static Image image(int width, int height, int mode, byte[] data) throws RejectedImageException {
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
