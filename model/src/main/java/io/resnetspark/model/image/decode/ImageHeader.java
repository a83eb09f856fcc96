package io.resnetspark.model.image.decode;

/**
 * What is known of an encoded image before any pixel of it is decoded.
 *
 * @param width pixels, as the file states them
 * @param height pixels, as the file states them
 * @param orientation EXIF orientation, 1 where there is none
 */
public record ImageHeader(long width, long height, int orientation) {

    static final int UPRIGHT = 1;

    void check(DecodeLimits limits) throws RejectedImageException {
        if (width < 1 || height < 1) {
            throw RejectedImageException.unreadable("The header says %d x %d pixels".formatted(width, height));
        }
        // Division, not multiplication: both may be close to 2^32.
        if (width > limits.maxPixels() / height) {
            throw new RejectedImageException(
                    RejectReason.TOO_LARGE,
                    "The header says %d x %d pixels, more than the limit of %d"
                            .formatted(width, height, limits.maxPixels()));
        }
    }
}
