package io.resnetspark.model.image;

/**
 * A decoded picture: unsigned 8-bit samples, row by row, channels last ({@code [height, width, channels]}).
 *
 * <p>The pixel array is not copied; whoever makes an image hands the array over.
 *
 * @param width pixels, at least 1
 * @param height pixels, at least 1
 * @param channels 1 (grey) or 3 (red, green, blue)
 * @param pixels {@code height * width * channels} samples, 0..255 as unsigned bytes
 */
public record Image(int width, int height, int channels, byte[] pixels) {

    public Image {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("An image of %d x %d pixels is empty".formatted(width, height));
        }
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("channels must be 1 or 3, not " + channels);
        }
        if (pixels.length != (long) width * height * channels) {
            throw new IllegalArgumentException(
                    "%d x %d x %d samples expected, not %d".formatted(height, width, channels, pixels.length));
        }
    }

    /**
     * This image as grey or RGB. Grey to RGB repeats the sample; RGB to grey is ITU-R 601 luma in 16-bit fixed point, as
     * Pillow's {@code convert("L")}.
     *
     * @param wanted 1 or 3
     * @return this image if it already has that many channels, else a new one
     */
    public Image withChannels(int wanted) {
        if (wanted == channels) {
            return this;
        }
        if (wanted != 1 && wanted != 3) {
            throw new IllegalArgumentException("channels must be 1 or 3, not " + wanted);
        }
        int count = width * height;
        byte[] out = new byte[count * wanted];
        for (int i = 0; i < count; i++) {
            if (wanted == 1) {
                out[i] = (byte) luma(pixels[3 * i] & 0xFF, pixels[3 * i + 1] & 0xFF, pixels[3 * i + 2] & 0xFF);
            } else {
                out[3 * i] = pixels[i];
                out[3 * i + 1] = pixels[i];
                out[3 * i + 2] = pixels[i];
            }
        }
        return new Image(width, height, wanted, out);
    }

    /** The luma of one RGB pixel, 0..255 (Pillow, libImaging/Convert.c, {@code L24}). */
    public static int luma(int red, int green, int blue) {
        return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
    }
}
