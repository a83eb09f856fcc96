package io.resnetspark.model.image.decode;

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

    /**
     * Refuses a file for its length. Whoever knows the length asks before reading: an array has room for 2 GiB, a heap
     * often for less.
     */
    public void checkLength(long bytes) throws RejectedImageException {
        if (bytes > maxBytes) {
            throw new RejectedImageException(
                    RejectReason.TOO_LARGE,
                    "The file has %d bytes, more than the limit of %d".formatted(bytes, maxBytes));
        }
    }

    /** 256 MiB encoded and Pillow's default {@code MAX_IMAGE_PIXELS} (89.5 million). */
    public static DecodeLimits standard() {
        return new DecodeLimits(256L << 20, 89_478_485L);
    }
}
