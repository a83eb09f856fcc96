package io.resnetspark.model.image.decode;

import io.resnetspark.model.image.Image;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Arrays;

/**
 * The stored samples of an AWT image as 8-bit grey or RGB. Samples are taken as they are, never through a colour space:
 * AWT would bend greys by a gamma curve. Alpha is dropped and palettes are looked up, as Pillow's {@code convert("RGB")}
 * does; 16-bit samples lose their low byte.
 */
public final class RasterSamples {

    private RasterSamples() {}

    static Image toImage(BufferedImage picture) throws RejectedImageException {
        Raster raster = picture.getRaster();
        ColorModel model = picture.getColorModel();
        if (model instanceof IndexColorModel palette) {
            return fromPalette(raster, palette);
        }
        int channels = model.getNumColorComponents();
        if (channels != 1 && channels != 3) {
            throw RejectedImageException.unreadable("An image of %d colour components".formatted(channels));
        }
        if (raster.getTransferType() == DataBuffer.TYPE_FLOAT || raster.getTransferType() == DataBuffer.TYPE_DOUBLE) {
            throw RejectedImageException.unsupported("An image of floating-point samples");
        }
        if (raster.getSampleModel() instanceof PixelInterleavedSampleModel
                && raster.getDataBuffer() instanceof DataBufferByte
                && raster.getSampleModel().getSampleSize(0) == 8) {
            return fromInterleavedBytes(raster, channels);
        }
        return fromSamples(raster, channels);
    }

    private static Image fromPalette(Raster raster, IndexColorModel palette) {
        int width = raster.getWidth();
        byte[] out = new byte[width * raster.getHeight() * 3];
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        int[] row = new int[width];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
            for (int x = 0; x < width; x++) {
                // An index outside the palette is black, as in Pillow.
                int rgb = row[x] < colours.length ? colours[row[x]] : 0;
                out[to++] = (byte) (rgb >> 16);
                out[to++] = (byte) (rgb >> 8);
                out[to++] = (byte) rgb;
            }
        }
        return new Image(width, raster.getHeight(), 3, out);
    }

    private static Image fromInterleavedBytes(Raster raster, int channels) {
        PixelInterleavedSampleModel model = (PixelInterleavedSampleModel) raster.getSampleModel();
        byte[] data = ((DataBufferByte) raster.getDataBuffer()).getData();
        int origin = raster.getDataBuffer().getOffset()
                - raster.getSampleModelTranslateX() * model.getPixelStride()
                - raster.getSampleModelTranslateY() * model.getScanlineStride();
        int[] offsets = model.getBandOffsets();
        int width = raster.getWidth();
        byte[] out = new byte[width * raster.getHeight() * channels];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            int from = origin
                    + (raster.getMinY() + y) * model.getScanlineStride()
                    + raster.getMinX() * model.getPixelStride();
            for (int x = 0; x < width; x++, from += model.getPixelStride()) {
                for (int c = 0; c < channels; c++) {
                    out[to++] = data[from + offsets[c]];
                }
            }
        }
        return new Image(width, raster.getHeight(), channels, out);
    }

    private static Image fromSamples(Raster raster, int channels) throws RejectedImageException {
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        // Bands may differ: green has 6 bits of 16, red and blue 5.
        int[] bits = raster.getSampleModel().getSampleSize();
        if (Arrays.stream(bits).max().orElse(0) > 16) {
            throw RejectedImageException.unsupported("An image of more than 16 bits per sample");
        }
        byte[] out = new byte[width * raster.getHeight() * channels];
        int[] row = new int[width * bands];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < channels; c++) {
                    int sample = row[x * bands + c];
                    out[to++] = (byte) (bits[c] >= 8 ? sample >> (bits[c] - 8) : sample * 255 / ((1 << bits[c]) - 1));
                }
            }
        }
        return new Image(width, raster.getHeight(), channels, out);
    }
}
