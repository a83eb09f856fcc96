package io.resnetspark.model.image.load;

import io.resnetspark.model.image.Box;
import io.resnetspark.model.image.augment.ColourAdjustment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * An image for a device that changes colours, normalises, erases and mixes by itself: its samples {@code [H, W, C]} as
 * unsigned bytes, and after them, at the next multiple of 4, what is done to it, as {@code struct Edits} of {@code kernels.cu}
 * reads it.
 *
 * @param values samples of an image
 */
record ImageRecord(int values) {

    private static final int COLOURS = 4;
    private static final int EDITS = (10 + 2 * COLOURS) * Integer.BYTES;

    /**
     * What is done to an image, in this order.
     *
     * @param colours at most 4 changes
     * @param erased part that becomes the mean colour; may be empty
     * @param mix what is taken of another image
     * @param partner that image's place in the minibatch
     */
    record Edits(List<ColourAdjustment.Change> colours, Box erased, ImageMixer.Mix mix, int partner) {}

    /** Bytes of an image: {@code H * W * C} rounded up to a multiple of 4, and 72 more. */
    int bytes() {
        return edits() + EDITS;
    }

    private int edits() {
        return (values + 3) / 4 * 4;
    }

    /** @param batch receives {@link #values} bytes from {@code image * bytes()} on */
    void writeSamples(ByteBuffer batch, int image, byte[] samples) {
        batch.put(image * bytes(), samples);
    }

    /** @param batch receives the rest of the image's {@link #bytes} */
    void writeEdits(ByteBuffer batch, int image, Edits edits) {
        ByteBuffer numbers = batch.slice(image * bytes() + edits(), EDITS).order(ByteOrder.nativeOrder());
        for (int i = 0; i < COLOURS; i++) {
            numbers.putInt(
                    i < edits.colours().size()
                            ? 1 + edits.colours().get(i).kind().ordinal()
                            : 0);
        }
        for (int i = 0; i < COLOURS; i++) {
            numbers.putFloat(i < edits.colours().size() ? edits.colours().get(i).factor() : 0);
        }
        write(numbers, edits.erased());
        write(numbers, edits.mix().pasted());
        numbers.putInt(edits.partner()).putFloat((float) edits.mix().blend());
    }

    private static void write(ByteBuffer numbers, Box box) {
        numbers.putInt(box.x()).putInt(box.y()).putInt(box.width()).putInt(box.height());
    }
}
