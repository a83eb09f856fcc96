package io.resnetspark.model.image.augment;

import io.resnetspark.model.image.Box;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Normaliser;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.Resampler;
import io.resnetspark.model.image.Resizer;
import java.util.Arrays;

/**
 * One image to one network input: resize, crop, flip, colour, normalise, erase, with reused buffers. Not thread-safe: one
 * per thread.
 */
public final class ImageTransform {

    private final Preprocessing preprocessing;
    private final Augmentation augmentation;
    private final long seed;
    private final Normaliser normaliser;
    private final Resampler resampler;
    private byte[] resized = new byte[0];
    private byte[] coloured = new byte[0];

    public ImageTransform(Preprocessing preprocessing, Augmentation augmentation, long seed) {
        this.preprocessing = preprocessing;
        this.resampler = new Resampler(preprocessing.filter());
        this.augmentation = augmentation;
        this.seed = seed;
        this.normaliser = new Normaliser(preprocessing);
    }

    /** Floats per input: {@code inputSize * inputSize * channels}. */
    public int length() {
        return preprocessing.inputSize() * preprocessing.inputSize() * preprocessing.channels();
    }

    /**
     * The part of an image that is resized, and what is seen of the result.
     *
     * @param box part of the image that is resized
     * @param width columns it is resized to
     * @param height rows it is resized to
     * @param window square of the input size, in the resized box's coordinates; it may overhang
     */
    private record Placement(Box box, int width, int height, Box window) {}

    /** What a view shows of an image's samples, wherever they lie. */
    private record Shown(byte[] pixels, Box area, Normaliser.View view) {}

    /**
     * @param image of the preprocessing's channels
     * @param out receives {@code [inputSize, inputSize, channels]} from {@code offset} on
     */
    public void apply(Image image, long epoch, long imageId, float[] out, int offset) {
        Shown shown = shown(image, epoch, imageId);
        normaliser.write(shown.pixels(), shown.area(), shown.view(), out, offset);
        if (augmentation.randomErasing().probability() > 0) {
            erase(stream(epoch, imageId, RandomStream.Purpose.ERASING), out, offset);
        }
    }

    /** As {@link #apply}, but samples before they are normalised; without erasing, which has no sample. */
    public void applySamples(Image image, long epoch, long imageId, byte[] out, int offset) {
        Shown shown = shown(image, epoch, imageId);
        normaliser.copy(shown.pixels(), shown.area(), shown.view(), out, offset);
    }

    private Shown shown(Image image, long epoch, long imageId) {
        Placement placement = place(image, epoch, imageId);
        Box window = placement.window();
        boolean resizes = placement.width() != placement.box().width()
                || placement.height() != placement.box().height();
        byte[] pixels = image.pixels();
        // Where the image lies, in the coordinates of the window.
        Box area = new Box(-placement.box().x(), -placement.box().y(), image.width(), image.height());
        if (resizes) {
            area = window.intersection(new Box(0, 0, placement.width(), placement.height()));
            pixels = area.isEmpty() ? resized : resize(image, placement, area);
        }
        if (!augmentation.colourJitter().changesNothing()) {
            pixels = jitter(pixels, area, window, stream(epoch, imageId, RandomStream.Purpose.COLOUR));
            area = window;
        }
        return new Shown(pixels, area, new Normaliser.View(window, mirrored(epoch, imageId)));
    }

    private boolean mirrored(long epoch, long imageId) {
        double probability = augmentation.flipProbability();
        if (probability == 0) {
            return false;
        }
        return switch (augmentation.flipPattern()) {
            case RANDOM -> stream(epoch, imageId, RandomStream.Purpose.FLIP).withProbability(probability);
            case ALTERNATING ->
                stream(0, imageId, RandomStream.Purpose.FLIP).withProbability(probability) == (epoch % 2 == 0);
        };
    }

    private RandomStream stream(long epoch, long imageId, RandomStream.Purpose purpose) {
        return new RandomStream(seed, epoch, imageId, purpose);
    }

    private Placement place(Image image, long epoch, long imageId) {
        int size = preprocessing.inputSize();
        Crop crop = augmentation.crop();
        if (crop instanceof Crop.RandomResized limits) {
            RandomStream random = stream(epoch, imageId, RandomStream.Purpose.CROP);
            Box box = RandomGeometry.resizedCrop(random, image.width(), image.height(), limits);
            return new Placement(box, size, size, new Box(0, 0, size, size));
        }
        int width = image.width();
        int height = image.height();
        if (preprocessing.resizeShorterSide() > 0) {
            width = Resizer.scaledSide(image.width(), image.height(), preprocessing.resizeShorterSide());
            height = Resizer.scaledSide(image.height(), image.width(), preprocessing.resizeShorterSide());
        }
        Box window = crop instanceof Crop.PaddedRandom padded
                ? RandomGeometry.paddedCrop(
                        stream(epoch, imageId, RandomStream.Purpose.CROP), width, height, size, padded.padding())
                : Resizer.centreWindow(width, height, size);
        return new Placement(Box.of(image), width, height, window);
    }

    private byte[] resize(Image image, Placement placement, Box area) {
        int channels = image.channels();
        int bytes = area.width() * area.height() * channels;
        if (resized.length < bytes) {
            resized = new byte[bytes];
        }
        resampler.resample(
                image.pixels(),
                image.width(),
                channels,
                placement.box(),
                placement.width(),
                placement.height(),
                area,
                resized);
        return resized;
    }

    /** Cuts out the window, so that the stored image stays as it is, and changes its colours. */
    private byte[] jitter(byte[] pixels, Box area, Box window, RandomStream random) {
        int channels = preprocessing.channels();
        if (coloured.length == 0) {
            coloured = new byte[length()];
        }
        Box seen = window.intersection(area);
        if (seen.width() < window.width() || seen.height() < window.height()) {
            Arrays.fill(coloured, (byte) 0);
        }
        for (int y = seen.y(); y < seen.bottom(); y++) {
            int from = ((y - area.y()) * area.width() + seen.x() - area.x()) * channels;
            int to = ((y - window.y()) * window.width() + seen.x() - window.x()) * channels;
            System.arraycopy(pixels, from, coloured, to, Math.max(0, seen.width()) * channels);
        }
        ColourAdjustment.apply(
                augmentation.colourJitter(), random, coloured, window.width() * window.height(), channels);
        return coloured;
    }

    private void erase(RandomStream random, float[] out, int offset) {
        int size = preprocessing.inputSize();
        Box box = RandomGeometry.erased(random, size, augmentation.randomErasing());
        for (int y = box.y(); y < box.bottom(); y++) {
            int from = offset + (y * size + box.x()) * preprocessing.channels();
            Arrays.fill(out, from, from + box.width() * preprocessing.channels(), 0f);
        }
    }
}
