package io.resnetspark.model.input;

import java.io.Serializable;

/**
 * What an encoded image may cost before it is refused.
 *
 * @param maxBytes largest encoded size in bytes
 * @param maxPixels largest width times height in pixels, as the file's header states them; decoding takes up to about
 *     19 bytes of memory per pixel (16-bit RGBA of a TIFF, twice, and the 8-bit result)
 */
public record DecodeLimits(long maxBytes, long maxPixels) implements Serializable {

    public DecodeLimits {
        if (maxBytes < 1 || maxPixels < 1) {
            throw new IllegalArgumentException(
                    "Decode limits must be positive: maxBytes %d, maxPixels %d".formatted(maxBytes, maxPixels));
        }
    }

    /** 256 MiB encoded and Pillow's default {@code MAX_IMAGE_PIXELS} (89.5 million). */
    public static DecodeLimits standard() {
        return new DecodeLimits(256L << 20, 89_478_485L);
    }
}
