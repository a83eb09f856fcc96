package io.resnetspark.pipeline.inference;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.decode.DecodeLimits;
import io.resnetspark.model.image.decode.ImageDecoder;
import io.resnetspark.model.image.decode.RejectedImageException;
import java.util.Locale;
import org.apache.spark.sql.Row;

/**
 * Reads images from rows as datasets store them: {@code width, height, channels, encoding, bytes}, where {@code encoding}
 * is {@code raw} (pixels {@code [height, width, channels]}) or {@code encoded} (a file). Thread-safe.
 */
public final class ImageRows {

    private final ImageDecoder decoder = new ImageDecoder(DecodeLimits.standard(), 3);

    /** @throws RejectedImageException if the bytes are no readable image */
    public Image read(Row row) throws RejectedImageException {
        byte[] bytes = row.getAs("bytes");
        String encoding = row.<String>getAs("encoding").toLowerCase(Locale.ROOT);
        return switch (encoding) {
            case "raw" -> new Image(row.getAs("width"), row.getAs("height"), row.getAs("channels"), bytes);
            case "encoded" -> decoder.decode(bytes);
            default -> throw new IllegalArgumentException("Unknown encoding of an image: " + encoding);
        };
    }
}
