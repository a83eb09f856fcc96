package io.resnetspark.model.image;

import java.util.Arrays;

/**
 * From 8-bit samples to {@code (sample / 255 - mean) / std} by one table per channel, in float as torchvision's
 * {@code ToTensor} and {@code Normalize} compute it. Thread-safe.
 */
public final class Normaliser {

    private final int channels;
    private final float[][] tables;

    public Normaliser(Preprocessing preprocessing) {
        channels = preprocessing.channels();
        tables = new float[channels][256];
        for (int c = 0; c < channels; c++) {
            float mean = preprocessing.mean().get(c);
            float std = preprocessing.std().get(c);
            for (int sample = 0; sample < 256; sample++) {
                tables[c][sample] = (sample / 255f - mean) / std;
            }
        }
    }

    /** @param mirrored whether left and right change places */
    public record View(Box window, boolean mirrored) {}

    /**
     * Writes what a window shows of an image; where the window overhangs, it shows black.
     *
     * @param pixels {@code [height, width, channels]}
     * @param image where those pixels lie: the window is in the same coordinates
     * @param out receives {@code [window.height, window.width, channels]} from {@code offset} on
     */
    public void write(byte[] pixels, Box image, View view, float[] out, int offset) {
        Box window = view.window();
        Box seen = window.intersection(image);
        if (seen.isEmpty()) {
            fillBlack(out, offset, window.width() * window.height());
            return;
        }
        int left = view.mirrored() ? window.right() - seen.right() : seen.x() - window.x();
        int right = window.width() - left - seen.width();
        int to = offset;
        for (int y = window.y(); y < window.bottom(); y++) {
            if (y < seen.y() || y >= seen.bottom()) {
                to = fillBlack(out, to, window.width());
                continue;
            }
            to = fillBlack(out, to, left);
            int row = (y - image.y()) * image.width() - image.x();
            if (view.mirrored()) {
                writeMirrored(pixels, (row + seen.right() - 1) * channels, seen.width(), out, to);
            } else {
                writeRow(pixels, (row + seen.x()) * channels, seen.width(), out, to);
            }
            to = fillBlack(out, to + seen.width() * channels, right);
        }
    }

    /** What every sample of every channel becomes: 256 values for each channel. */
    public float[] table() {
        float[] all = new float[channels * 256];
        for (int c = 0; c < channels; c++) {
            System.arraycopy(tables[c], 0, all, c * 256, 256);
        }
        return all;
    }

    /** As {@link #write}, but the samples themselves. */
    public void copy(byte[] pixels, Box image, View view, byte[] out, int offset) {
        Box window = view.window();
        Box seen = window.intersection(image);
        Arrays.fill(out, offset, offset + window.width() * window.height() * channels, (byte) 0);
        int left = view.mirrored() ? window.right() - seen.right() : seen.x() - window.x();
        for (int y = seen.y(); y < seen.bottom() && !seen.isEmpty(); y++) {
            int from = ((y - image.y()) * image.width() + seen.x() - image.x()) * channels;
            int to = offset + ((y - window.y()) * window.width() + left) * channels;
            if (view.mirrored()) {
                for (int x = 0; x < seen.width(); x++) {
                    System.arraycopy(
                            pixels, from + (seen.width() - 1 - x) * channels, out, to + x * channels, channels);
                }
            } else {
                System.arraycopy(pixels, from, out, to, seen.width() * channels);
            }
        }
    }

    private int fillBlack(float[] out, int from, int count) {
        int to = from;
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < channels; c++) {
                out[to++] = tables[c][0];
            }
        }
        return to;
    }

    private void writeRow(byte[] pixels, int from, int count, float[] out, int to) {
        if (channels == 1) {
            float[] grey = tables[0];
            for (int i = 0; i < count; i++) {
                out[to + i] = grey[pixels[from + i] & 0xFF];
            }
            return;
        }
        float[] red = tables[0];
        float[] green = tables[1];
        float[] blue = tables[2];
        for (int i = 0; i < 3 * count; i += 3) {
            out[to + i] = red[pixels[from + i] & 0xFF];
            out[to + i + 1] = green[pixels[from + i + 1] & 0xFF];
            out[to + i + 2] = blue[pixels[from + i + 2] & 0xFF];
        }
    }

    private void writeMirrored(byte[] pixels, int last, int count, float[] out, int to) {
        if (channels == 1) {
            float[] grey = tables[0];
            for (int i = 0; i < count; i++) {
                out[to + i] = grey[pixels[last - i] & 0xFF];
            }
            return;
        }
        float[] red = tables[0];
        float[] green = tables[1];
        float[] blue = tables[2];
        for (int i = 0; i < 3 * count; i += 3) {
            out[to + i] = red[pixels[last - i] & 0xFF];
            out[to + i + 1] = green[pixels[last - i + 1] & 0xFF];
            out[to + i + 2] = blue[pixels[last - i + 2] & 0xFF];
        }
    }
}
