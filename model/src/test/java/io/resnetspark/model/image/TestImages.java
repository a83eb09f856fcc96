package io.resnetspark.model.image;

import java.util.zip.CRC32;

/** Images by formula, and fingerprints to compare them with what Pillow made of the same formula. */
public final class TestImages {

    private TestImages() {}

    /** Busy in every direction and channel: sample (y, x, c) is {@code v ^ v >> 5} of a polynomial, modulo 256. */
    public static Image pattern(int width, int height, int channels) {
        byte[] pixels = new byte[width * height * channels];
        int at = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < channels; c++) {
                    int v = x * x * 3 + y * y * 5 + x * y * 7 + c * 91 + x * 13 * (c + 1) + y * 29;
                    pixels[at++] = (byte) (v ^ v >> 5);
                }
            }
        }
        return new Image(width, height, channels, pixels);
    }

    public static Image filled(int width, int height, int channels, int sample) {
        byte[] pixels = new byte[width * height * channels];
        java.util.Arrays.fill(pixels, (byte) sample);
        return new Image(width, height, channels, pixels);
    }

    /** CRC-32 of the samples, as {@code "%08x" % zlib.crc32(numpy.asarray(image).tobytes())}. */
    public static String crc(byte[] samples) {
        CRC32 crc = new CRC32();
        crc.update(samples);
        return "%08x".formatted(crc.getValue());
    }
}
