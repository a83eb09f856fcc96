package io.resnetspark.model.input;

/**
 * From the components of a JPEG to RGB, bit for bit as libjpeg (jdcolor.c, 16-bit fixed point) and, for four components,
 * Pillow (libImaging/Convert.c, {@code cmyk2rgb}, with Adobe's inverted inks) compute it.
 */
final class JpegColour {

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
            int y = pixels[i] & 0xFF;
            int cb = pixels[i + 1] & 0xFF;
            int cr = pixels[i + 2] & 0xFF;
            pixels[i] = clip(y + CR_TO_RED[cr]);
            pixels[i + 1] = clip(y + ((CB_TO_GREEN[cb] + CR_TO_GREEN[cr]) >> SCALE_BITS));
            pixels[i + 2] = clip(y + CB_TO_BLUE[cb]);
        }
    }

    /** @param inversion 0xFF where the colour inks are stored inverted, 0 where they are not; black always is */
    private static byte[] inksToRgb(byte[] inks, int inversion) {
        byte[] rgb = new byte[inks.length / 4 * 3];
        for (int from = 0, to = 0; from < inks.length; from += 4, to += 3) {
            int light = inks[from + 3] & 0xFF;
            for (int c = 0; c < 3; c++) {
                int product = ((inks[from + c] & 0xFF) ^ inversion) * light + 128;
                rgb[to + c] = clip(light - ((product + (product >> 8)) >> 8));
            }
        }
        return rgb;
    }

    private static byte clip(int value) {
        return (byte) Math.max(0, Math.min(255, value));
    }
}
