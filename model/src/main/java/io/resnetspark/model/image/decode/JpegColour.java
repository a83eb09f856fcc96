package io.resnetspark.model.image.decode;

import io.resnetspark.model.image.Image;

/**
 * From the components of a JPEG (or of a TIFF in the same colours) to RGB, bit for bit as libjpeg (jdcolor.c, 16-bit fixed point) and, for four components,
 * Pillow (libImaging/Convert.c, {@code cmyk2rgb}, with Adobe's inverted inks) compute it.
 */
public final class JpegColour {

    private static final int SCALE_BITS = 16;
    private static final int ONE_HALF = 1 << (SCALE_BITS - 1);
    private static final int[] CR_TO_RED = new int[256];
    private static final int[] CB_TO_BLUE = new int[256];
    private static final int[] CR_TO_GREEN = new int[256];
    private static final int[] CB_TO_GREEN = new int[256];

    static {
        for (int i = 0; i < 256; i++) {
            int x = i - 128;
            CR_TO_RED[i] = (fixed(1.40200) * x + ONE_HALF) >> SCALE_BITS;
            CB_TO_BLUE[i] = (fixed(1.77200) * x + ONE_HALF) >> SCALE_BITS;
            CR_TO_GREEN[i] = -fixed(0.71414) * x;
            CB_TO_GREEN[i] = -fixed(0.34414) * x + ONE_HALF;
        }
    }

    private JpegColour() {}

    private static int fixed(double value) {
        return (int) (value * (1 << SCALE_BITS) + 0.5);
    }

    /**
     * Components to an image of 1 (grey) or 3 (anything else) channels.
     *
     * @param components {@code [height, width, components]}; reused for the result where it has the right size
     */
    static Image convert(int width, int height, byte[] components, JpegSegments.Colour colour) {
        switch (colour) {
            case GREY:
                return new Image(width, height, 1, components);
            case RGB:
                return new Image(width, height, 3, components);
            case YCBCR:
                yccToRgb(components, 3);
                return new Image(width, height, 3, components);
            case YCCK:
                // The colour part of YCCK is inverted CMY, and Adobe stores the inks inverted: RGB here is the inks.
                yccToRgb(components, 4);
                return new Image(width, height, 3, inksToRgb(components, 0));
            case CMYK:
                return new Image(width, height, 3, inksToRgb(components, 0xFF));
        }
        throw new AssertionError(colour);
    }

    private static void yccToRgb(byte[] pixels, int stride) {
        for (int i = 0; i < pixels.length; i += stride) {
            yccToRgb(pixels[i] & 0xFF, pixels[i + 1] & 0xFF, pixels[i + 2] & 0xFF, pixels, i);
        }
    }

    /** One pixel; all samples 0..255. */
    static void yccToRgb(int y, int cb, int cr, byte[] rgb, int at) {
        rgb[at] = clip(y + CR_TO_RED[cr]);
        rgb[at + 1] = clip(y + ((CB_TO_GREEN[cb] + CR_TO_GREEN[cr]) >> SCALE_BITS));
        rgb[at + 2] = clip(y + CB_TO_BLUE[cb]);
    }

    /** @param inversion 0xFF where the colour inks are stored inverted, 0 where they are not; black always is */
    private static byte[] inksToRgb(byte[] inks, int inversion) {
        byte[] rgb = new byte[inks.length / 4 * 3];
        for (int from = 0, to = 0; from < inks.length; from += 4, to += 3) {
            inksToRgb(
                    (inks[from] & 0xFF) ^ inversion,
                    (inks[from + 1] & 0xFF) ^ inversion,
                    (inks[from + 2] & 0xFF) ^ inversion,
                    inks[from + 3] & 0xFF,
                    rgb,
                    to);
        }
        return rgb;
    }

    /**
     * One pixel; all samples 0..255.
     *
     * @param light what black leaves: 255 without black ink
     */
    static void inksToRgb(int cyan, int magenta, int yellow, int light, byte[] rgb, int at) {
        rgb[at] = inked(cyan, light);
        rgb[at + 1] = inked(magenta, light);
        rgb[at + 2] = inked(yellow, light);
    }

    private static byte inked(int ink, int light) {
        int product = ink * light + 128;
        return clip(light - ((product + (product >> 8)) >> 8));
    }

    private static byte clip(int value) {
        return (byte) Math.max(0, Math.min(255, value));
    }
}
