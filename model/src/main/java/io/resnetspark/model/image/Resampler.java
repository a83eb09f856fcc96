package io.resnetspark.model.image;

import java.util.Arrays;

/**
 * Antialiased resizing with reused buffers: a horizontal pass, rounded to 8 bits, then a vertical one, bit for
 * bit as Pillow's {@code resize}. Only the part of the result that is asked for is computed. Not
 * thread-safe: one per thread.
 */
public final class Resampler {

    private static final int HALF = 1 << (ResampleWeights.PRECISION_BITS - 1);

    private final ResampleFilter filter;
    private byte[] rows = new byte[0];
    private int[] sums = new int[0];

    public Resampler(ResampleFilter filter) {
        this.filter = filter;
    }

    /**
     * Cuts a box out of an image, resizes it and writes a window of the result.
     *
     * @param pixels {@code [height, imageWidth, channels]}
     * @param box the part to resize, inside the image; nothing outside it has any influence
     * @param width the whole box is resized to this many columns
     * @param height the whole box is resized to this many rows
     * @param window the part of the resized box that is wanted, inside it
     * @param out receives {@code [window.height, window.width, channels]}
     */
    public void resample(
            byte[] pixels, int imageWidth, int channels, Box box, int width, int height, Box window, byte[] out) {
        boolean horizontal = width != box.width();
        boolean vertical = height != box.height();
        ResampleWeights rowWeights = new ResampleWeights(filter, box.height(), height, window.y(), window.height());
        int last = window.height() - 1;
        int firstRow = vertical ? rowWeights.first[0] : window.y();
        int endRow = vertical ? rowWeights.first[last] + rowWeights.count[last] : window.bottom();

        int rowBytes = window.width() * channels;
        byte[] between = vertical ? rowsOf((endRow - firstRow) * rowBytes) : out;
        if (horizontal) {
            ResampleWeights columnWeights = new ResampleWeights(filter, box.width(), width, window.x(), window.width());
            for (int y = firstRow; y < endRow; y++) {
                int from = ((box.y() + y) * imageWidth + box.x()) * channels;
                if (channels == 3) {
                    shrinkRowOfThree(pixels, from, columnWeights, between, (y - firstRow) * rowBytes);
                } else {
                    shrinkRowOfOne(pixels, from, columnWeights, between, (y - firstRow) * rowBytes);
                }
            }
        } else {
            for (int y = firstRow; y < endRow; y++) {
                int from = ((box.y() + y) * imageWidth + box.x() + window.x()) * channels;
                System.arraycopy(pixels, from, between, (y - firstRow) * rowBytes, rowBytes);
            }
        }
        if (vertical) {
            shrinkColumns(between, firstRow, rowBytes, rowWeights, window.height(), out);
        }
    }

    private byte[] rowsOf(int size) {
        if (rows.length < size) {
            rows = new byte[size];
        }
        return rows;
    }

    private static void shrinkRowOfThree(byte[] pixels, int from, ResampleWeights axis, byte[] out, int to) {
        for (int x = 0, target = to; x < axis.first.length; x++, target += 3) {
            int source = from + axis.first[x] * 3;
            int weightAt = x * axis.stride;
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            for (int k = 0; k < axis.count[x]; k++, source += 3) {
                int weight = axis.weights[weightAt + k];
                red += weight * (pixels[source] & 0xFF);
                green += weight * (pixels[source + 1] & 0xFF);
                blue += weight * (pixels[source + 2] & 0xFF);
            }
            out[target] = clip(red);
            out[target + 1] = clip(green);
            out[target + 2] = clip(blue);
        }
    }

    private static void shrinkRowOfOne(byte[] pixels, int from, ResampleWeights axis, byte[] out, int to) {
        for (int x = 0; x < axis.first.length; x++) {
            int source = from + axis.first[x];
            int sum = HALF;
            for (int k = 0; k < axis.count[x]; k++) {
                sum += axis.weights[x * axis.stride + k] * (pixels[source + k] & 0xFF);
            }
            out[to + x] = clip(sum);
        }
    }

    /** Row by row rather than column by column, so that memory is read in order. */
    private void shrinkColumns(
            byte[] between, int firstRow, int rowBytes, ResampleWeights axis, int height, byte[] out) {
        if (sums.length < rowBytes) {
            sums = new int[rowBytes];
        }
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, 0, rowBytes, HALF);
            for (int k = 0; k < axis.count[y]; k++) {
                accumulate(
                        sums,
                        between,
                        (axis.first[y] - firstRow + k) * rowBytes,
                        rowBytes,
                        axis.weights[y * axis.stride + k]);
            }
            int target = y * rowBytes;
            for (int i = 0; i < rowBytes; i++) {
                out[target + i] = clip(sums[i]);
            }
        }
    }

    private static void accumulate(int[] sums, byte[] row, int from, int length, int weight) {
        for (int i = 0; i < length; i++) {
            sums[i] += weight * (row[from + i] & 0xFF);
        }
    }

    private static byte clip(int sum) {
        return (byte) Math.max(0, Math.min(255, sum >> ResampleWeights.PRECISION_BITS));
    }
}
