package io.resnetspark.model.image.load;

import io.resnetspark.model.image.decode.ImageDecoder;

/**
 * An image as a dataset keeps it. The bytes are not copied and must not change while a loader runs.
 *
 * @param id a hash that is the image's own wherever it is stored (such as the first eight bytes of its SHA-256): with
 *     seed and epoch it decides the image's augmentation
 * @param label class index, or {@link #UNLABELLED}
 * @param content what the bytes are
 * @param bytes raw {@code [height, width, channels]} samples or an encoded file
 */
public record StoredImage(long id, int label, Content content, byte[] bytes) {

    public static final int UNLABELLED = -1;

    /** What the bytes of a stored image are. */
    public sealed interface Content {

        /**
         * Unsigned 8-bit samples, channels last.
         *
         * @param width pixels
         * @param height pixels
         * @param channels 1 or 3
         */
        record Raw(int width, int height, int channels) implements Content {}

        /** A file in one of the formats that {@link ImageDecoder} reads. */
        record Encoded() implements Content {}
    }

    private static final Content ENCODED = new Content.Encoded();

    public static StoredImage raw(long id, int label, int width, int height, int channels, byte[] samples) {
        return new StoredImage(id, label, new Content.Raw(width, height, channels), samples);
    }

    public static StoredImage encoded(long id, int label, byte[] file) {
        return new StoredImage(id, label, ENCODED, file);
    }
}
