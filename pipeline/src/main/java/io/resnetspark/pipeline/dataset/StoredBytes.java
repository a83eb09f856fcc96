package io.resnetspark.pipeline.dataset;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Resizer;
import io.resnetspark.model.image.decode.DecodeLimits;
import io.resnetspark.model.image.decode.ImageDecoder;
import io.resnetspark.model.image.decode.RejectReason;
import io.resnetspark.model.image.decode.RejectedImageException;
import java.util.zip.CRC32C;

/**
 * One image as the dataset stores it.
 *
 * @param image decoded and resized
 * @param bytes pixels {@code [height, width, channels]} or an encoded image
 */
public record StoredBytes(Image image, byte[] bytes) {

    /** Turns source images into stored ones as the configuration says. Thread-safe. */
    public static final class Maker {

        private final PrepareConfig config;
        private final ImageDecoder decoder;

        public Maker(PrepareConfig config) {
            this.config = config;
            this.decoder = new ImageDecoder(
                    new DecodeLimits(DecodeLimits.standard().maxBytes(), config.maxPixels()), config.channels());
        }

        @SuppressWarnings("ReferenceEquality") // whether anything was resized
        public StoredBytes fromEncoded(byte[] content) throws RejectedImageException {
            Image decoded = decoder.decode(content);
            Image resized = resize(decoded);
            return resized == decoded && config.storage().encoding() == PrepareConfig.StoredEncoding.ENCODED
                    ? new StoredBytes(decoded, content)
                    : store(resized);
        }

        public StoredBytes fromPixels(Image image) throws RejectedImageException {
            return store(resize(image.withChannels(config.channels())));
        }

        private StoredBytes store(Image image) {
            return new StoredBytes(
                    image,
                    config.storage().encoding() == PrepareConfig.StoredEncoding.RAW
                            ? image.pixels()
                            : PngEncoder.encode(image));
        }

        private Image resize(Image image) throws RejectedImageException {
            int side = config.resize().sizePixels();
            return switch (config.resize().rule()) {
                case NONE -> image;
                case EXACT -> Resizer.resize(image, side, side);
                case SHORTER_SIDE -> {
                    checkEnlarged(image, side);
                    yield Resizer.shorterSide(image, side);
                }
            };
        }

        /** A strip of 4000 x 1 pixels would grow to 896,000 x 224. */
        private void checkEnlarged(Image image, int side) throws RejectedImageException {
            long longer = Math.max(image.width(), image.height());
            long shorter = Math.min(image.width(), image.height());
            long resized = longer * side / shorter * side;
            if (resized > config.maxPixels()) {
                throw new RejectedImageException(
                        RejectReason.TOO_LARGE,
                        "%d x %d with its shorter side at %d would have %d pixels, more than the limit of %d"
                                .formatted(image.width(), image.height(), side, resized, config.maxPixels()));
            }
        }
    }

    /** CRC-32C of the stored bytes. */
    public int crc32c() {
        return crc32c(bytes);
    }

    public static int crc32c(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }

    /** Sum of the samples of each channel, exact. */
    public long[] pixelSums() {
        return sums(1);
    }

    /** Sum of the squared samples of each channel, exact. */
    public long[] pixelSquareSums() {
        return sums(2);
    }

    private long[] sums(int power) {
        long[] sums = new long[image.channels()];
        byte[] pixels = image.pixels();
        for (int i = 0, channel = 0; i < pixels.length; i++) {
            int sample = pixels[i] & 0xFF;
            sums[channel] += power == 1 ? sample : sample * sample;
            channel = channel + 1 == sums.length ? 0 : channel + 1;
        }
        return sums;
    }
}
