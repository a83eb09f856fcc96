package io.resnetspark.pipeline.inference;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.Resizer;
import io.resnetspark.model.image.augment.Preprocessor;

/** Makes the network inputs of an image's views. Not thread-safe. */
final class Views {

    private static final int CENTRE = 0;

    private final Preprocessing preprocessing;
    private final Preprocessor centre;
    /** For windows that are cut out already. */
    private final Preprocessor window;

    Views(Preprocessing preprocessing) {
        this.preprocessing = preprocessing;
        this.centre = new Preprocessor(preprocessing);
        this.window = new Preprocessor(new Preprocessing(
                preprocessing.channels(), 0, preprocessing.inputSize(), preprocessing.mean(), preprocessing.std()));
    }

    /** Floats per input. */
    int length() {
        return centre.length();
    }

    /** The image at the size from which crops are cut; done once however many crops follow. */
    Image resized(Image image) {
        return preprocessing.resizeShorterSide() == 0
                ? image
                : Resizer.shorterSide(image, preprocessing.resizeShorterSide(), preprocessing.filter());
    }

    /** Writes the centre crop of an image of any size. */
    void writeCentre(Image image, float[] out, int offset) {
        centre.apply(image, out, offset);
    }

    /**
     * Writes a crop.
     *
     * @param resized from {@link #resized}
     * @param crop 0 is the centre, 1 to 4 are the corners
     */
    void writeCrop(Image resized, int crop, float[] out, int offset) {
        int size = preprocessing.inputSize();
        if (crop == CENTRE || resized.width() < size || resized.height() < size) {
            window.apply(resized, out, offset);
            return;
        }
        int x = crop % 2 == 1 ? 0 : resized.width() - size;
        int y = crop <= 2 ? 0 : resized.height() - size;
        int channels = resized.channels();
        byte[] pixels = new byte[size * size * channels];
        for (int row = 0; row < size; row++) {
            int from = ((y + row) * resized.width() + x) * channels;
            System.arraycopy(resized.pixels(), from, pixels, row * size * channels, size * channels);
        }
        window.apply(new Image(size, size, channels, pixels), out, offset);
    }

    /** Exchanges left and right of {@code count} inputs in place. */
    void mirror(float[] inputs, int count) {
        int size = preprocessing.inputSize();
        int channels = preprocessing.channels();
        for (int row = 0; row < count * size; row++) {
            int start = row * size * channels;
            for (int left = 0, right = size - 1; left < right; left++, right--) {
                for (int c = 0; c < channels; c++) {
                    int a = start + left * channels + c;
                    int b = start + right * channels + c;
                    float kept = inputs[a];
                    inputs[a] = inputs[b];
                    inputs[b] = kept;
                }
            }
        }
    }
}
