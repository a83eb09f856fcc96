package io.resnetspark.model.image.decode;

import io.resnetspark.model.image.Image;
import java.awt.image.Raster;
import java.util.Arrays;

/**
 * What the samples of a TIFF file mean, and their conversion to grey or RGB as Pillow does it. 16-bit samples keep their high
 * byte. Colour models and sample formats whose conversion would be a guess are refused by name.
 *
 * @param model what the samples are
 * @param bits per sample: 1, 2, 4, 8 or 16
 * @param alpha index of a sample that the colours were multiplied by, -1 if there is none
 * @param palette colours as 0xRRGGBB, only with {@link Model#PALETTE}
 */
public record TiffColour(Model model, int bits, int alpha, int[] palette) {

    enum Model {
        WHITE_IS_ZERO("grey", 1),
        BLACK_IS_ZERO("grey", 1),
        RGB("RGB", 3),
        PALETTE("palette", 1),
        CMYK("CMYK", 4),
        YCBCR("YCbCr", 3);

        private final String title;
        private final int samples;

        Model(String title, int samples) {
            this.title = title;
            this.samples = samples;
        }
    }

    private static final int UNSIGNED = 1;
    private static final int SIGNED = 2;
    private static final int FLOATING_POINT = 3;
    private static final int UNDEFINED = 4;
    private static final int CMYK_INKS = 1;
    private static final int ASSOCIATED_ALPHA = 1;
    private static final int OLD_JPEG = 6;
    private static final int NEW_JPEG = 7;
    private static final int MAX_SAMPLES = 16;

    static TiffColour of(TiffDirectory directory) throws RejectedImageException {
        checkCompression(directory);
        Model model = model(directory);
        int samples = (int) directory.value(TiffDirectory.SAMPLES_PER_PIXEL, 1);
        if (samples < model.samples || samples > MAX_SAMPLES) {
            throw RejectedImageException.unreadable("A TIFF of %d samples per pixel".formatted(samples));
        }
        int bits = bits(directory, model);
        int alpha = directory.value(TiffDirectory.EXTRA_SAMPLES, 0) == ASSOCIATED_ALPHA && samples > model.samples
                ? model.samples
                : -1;
        return new TiffColour(model, bits, alpha, model == Model.PALETTE ? palette(directory, bits) : new int[0]);
    }

    private static void checkCompression(TiffDirectory directory) throws RejectedImageException {
        int compression = (int) directory.value(TiffDirectory.COMPRESSION, 1);
        String name =
                switch (compression) {
                    case 1, 2, 3, 4, 5, OLD_JPEG, NEW_JPEG, 8, 32773, 32946 -> "";
                    case 34661, 9, 10 -> "JBIG";
                    case 33003, 33004, 33005, 34712 -> "JPEG 2000";
                    case 34676, 34677 -> "SGI's LogLuv";
                    case 34887 -> "LERC";
                    case 34892 -> "lossy JPEG (DNG)";
                    case 34925 -> "LZMA";
                    case 50000, 34926 -> "Zstandard";
                    case 50001, 34927 -> "WebP";
                    case 50002, 52546 -> "JPEG XL";
                    default -> "method " + compression;
                };
        if (!name.isEmpty()) {
            throw RejectedImageException.unsupported("A TIFF compressed by " + name);
        }
    }

    private static Model model(TiffDirectory directory) throws RejectedImageException {
        int photometric = (int) directory.value(TiffDirectory.PHOTOMETRIC, 0);
        switch (photometric) {
            case 0:
                return Model.WHITE_IS_ZERO;
            case 1:
                return Model.BLACK_IS_ZERO;
            case 2:
                return Model.RGB;
            case 3:
                return Model.PALETTE;
            case 5:
                if (directory.value(TiffDirectory.INK_SET, CMYK_INKS) != CMYK_INKS) {
                    throw RejectedImageException.unsupported("A TIFF of inks other than CMYK");
                }
                return Model.CMYK;
            case 6:
                return ycbcr(directory);
            default:
        }
        throw RejectedImageException.unsupported(
                switch (photometric) {
                    case 4 -> "A TIFF transparency mask";
                    case 8 -> "A CIELab TIFF";
                    case 9 -> "An ICCLab TIFF";
                    case 10 -> "An ITULab TIFF";
                    case 32803 -> "A raw photo (TIFF with a colour filter array)";
                    case 32844, 32845 -> "A LogLuv TIFF";
                    case 34892 -> "A raw photo (TIFF of linear samples)";
                    default -> "A TIFF of colour model " + photometric;
                });
    }

    private static Model ycbcr(TiffDirectory directory) throws RejectedImageException {
        int compression = (int) directory.value(TiffDirectory.COMPRESSION, 1);
        if (compression == OLD_JPEG || compression == NEW_JPEG) {
            return Model.RGB; // the JPEG reader has converted it
        }
        if (directory.value(TiffDirectory.PLANAR, 1) != 1
                || directory.value(TiffDirectory.SAMPLES_PER_PIXEL, 1) != Model.YCBCR.samples) {
            throw RejectedImageException.unsupported("A YCbCr TIFF in planes");
        }
        if (!directory.isAbsentOr(TiffDirectory.YCBCR_COEFFICIENTS, 0.299, 0.587, 0.114)
                || !directory.isAbsentOr(TiffDirectory.REFERENCE_BLACK_WHITE, 0, 255, 128, 255, 128, 255)) {
            throw RejectedImageException.unsupported("A YCbCr TIFF with coefficients of its own");
        }
        return Model.YCBCR;
    }

    private static int bits(TiffDirectory directory, Model model) throws RejectedImageException {
        long[] stated = directory.values(TiffDirectory.BITS_PER_SAMPLE);
        int bits = stated.length == 0 ? 1 : (int) stated[0];
        if (Arrays.stream(stated).distinct().count() > 1) {
            throw RejectedImageException.unsupported("A TIFF of samples of unequal bits");
        }
        int format = (int) directory.value(TiffDirectory.SAMPLE_FORMAT, UNSIGNED);
        if (format == FLOATING_POINT) {
            throw RejectedImageException.unsupported(
                    bits == 16 ? "A half-float TIFF" : "A %d-bit floating-point TIFF".formatted(bits));
        }
        if (format != UNSIGNED && format != UNDEFINED) {
            throw RejectedImageException.unsupported(
                    format == SIGNED ? "A TIFF of signed samples" : "A TIFF of complex samples");
        }
        boolean readable =
                switch (model) {
                    case WHITE_IS_ZERO, BLACK_IS_ZERO -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
                    case PALETTE -> bits == 1 || bits == 2 || bits == 4 || bits == 8;
                    case RGB, CMYK -> bits == 8 || bits == 16;
                    case YCBCR -> bits == 8;
                };
        if (!readable) {
            throw RejectedImageException.unsupported("A %d-bit %s TIFF".formatted(bits, model.title));
        }
        return bits;
    }

    /** The map has all reds, then all greens, then all blues, of 16 bits each. */
    private static int[] palette(TiffDirectory directory, int bits) throws RejectedImageException {
        long[] map = directory.values(TiffDirectory.COLOUR_MAP);
        int colours = 1 << bits;
        if (map.length != 3 * colours) {
            throw RejectedImageException.unreadable("A TIFF palette of %d values".formatted(map.length));
        }
        int[] palette = new int[colours];
        for (int i = 0; i < colours; i++) {
            palette[i] = (int) (map[i] >> 8 << 16 | map[colours + i] >> 8 << 8 | map[2 * colours + i] >> 8) & 0xFFFFFF;
        }
        return palette;
    }

    /** @param raster stored samples, band by band as in the file */
    Image toImage(Raster raster) throws RejectedImageException {
        int bands = raster.getNumBands();
        if (bands < model.samples) {
            throw RejectedImageException.unreadable("%d samples per pixel were read".formatted(bands));
        }
        int width = raster.getWidth();
        int channels = model == Model.WHITE_IS_ZERO || model == Model.BLACK_IS_ZERO ? 1 : 3;
        byte[] out = new byte[width * raster.getHeight() * channels];
        int[] row = new int[width * bands];
        byte[] rgb = new byte[3];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int from = 0; from < row.length; from += bands, to += channels) {
                if (model != Model.PALETTE) {
                    toBytes(row, from, alpha >= 0 && alpha < bands ? alpha + 1 : model.samples);
                }
                convert(row, from, bands, rgb);
                System.arraycopy(rgb, 0, out, to, channels);
            }
        }
        return new Image(width, raster.getHeight(), channels, out);
    }

    private void toBytes(int[] row, int from, int samples) {
        for (int i = from; i < from + samples; i++) {
            row[i] = bits >= 8 ? row[i] >> (bits - 8) : row[i] * 255 / ((1 << bits) - 1);
        }
    }

    private void convert(int[] row, int from, int bands, byte[] rgb) {
        switch (model) {
            case WHITE_IS_ZERO -> rgb[0] = (byte) (255 - row[from]);
            case BLACK_IS_ZERO -> rgb[0] = unmultiplied(row[from], opacity(row, from, bands));
            case PALETTE -> {
                int colour = row[from] < palette.length ? palette[row[from]] : 0;
                rgb[0] = (byte) (colour >> 16);
                rgb[1] = (byte) (colour >> 8);
                rgb[2] = (byte) colour;
            }
            case CMYK -> JpegColour.inksToRgb(row[from], row[from + 1], row[from + 2], 255 - row[from + 3], rgb, 0);
            case YCBCR -> JpegColour.yccToRgb(row[from], row[from + 1], row[from + 2], rgb, 0);
            case RGB -> {
                int opacity = opacity(row, from, bands);
                for (int c = 0; c < 3; c++) {
                    rgb[c] = unmultiplied(row[from + c], opacity);
                }
            }
        }
    }

    private int opacity(int[] row, int from, int bands) {
        return alpha >= 0 && alpha < bands ? row[from + alpha] : 255;
    }

    /** Pillow's {@code unpackRGBa}. */
    private static byte unmultiplied(int sample, int opacity) {
        return (byte) (opacity == 0 ? 0 : Math.min(255, sample * 255 / opacity));
    }
}
