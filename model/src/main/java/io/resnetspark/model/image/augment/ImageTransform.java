package io.resnetspark.model.image.augment;

import io.resnetspark.model.image.Box;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Normaliser;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.Resampler;
import io.resnetspark.model.image.Resizer;
import java.util.Arrays;
import java.util.List;

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
    private final byte[] meanColour;
    private byte[] resized = new byte[0];
    private byte[] cut = new byte[0];

    public ImageTransform(Preprocessing preprocessing, Augmentation augmentation, long seed) {
        this.preprocessing = preprocessing;
        this.resampler = new Resampler(preprocessing.filter());
        this.augmentation = augmentation;
        this.seed = seed;
        this.normaliser = new Normaliser(preprocessing);
        this.meanColour = new byte[preprocessing.channels()];
        for (int c = 0; c < meanColour.length; c++) {
            meanColour[c] = (byte) Math.round(255 * preprocessing.mean().get(c));
        }
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
        Shown shown = shown(image, epoch, imageId, colours(epoch, imageId));
        normaliser.write(shown.pixels(), shown.area(), shown.view(), out, offset);
        Box erased = erased(epoch, imageId);
        for (int y = erased.y(); y < erased.bottom(); y++) {
            int from = offset + (y * preprocessing.inputSize() + erased.x()) * preprocessing.channels();
            Arrays.fill(out, from, from + erased.width() * preprocessing.channels(), 0f);
        }
    }

    /** How the colours of an image change. */
    public List<ColourAdjustment.Change> colours(long epoch, long imageId) {
        return augmentation.colourJitter().changesNothing()
                ? List.of()
                : ColourAdjustment.drawn(
                        augmentation.colourJitter(),
                        stream(epoch, imageId, RandomStream.Purpose.COLOUR),
                        preprocessing.channels());
    }

    /** The part that becomes the mean colour; empty where nothing does. */
    public Box erased(long epoch, long imageId) {
        return RandomGeometry.erased(
                stream(epoch, imageId, RandomStream.Purpose.ERASING),
                preprocessing.inputSize(),
                augmentation.randomErasing());
    }

    /** As {@link #apply}, but samples before their {@link #colours} change, they are normalised and some are {@link #erased}. */
    public void applySamples(Image image, long epoch, long imageId, byte[] out, int offset) {
        Shown shown = shown(image, epoch, imageId, List.of());
        normaliser.copy(shown.pixels(), shown.area(), shown.view(), out, offset);
    }

    private Shown shown(Image image, long epoch, long imageId, List<ColourAdjustment.Change> colours) {
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
        Crop.Border border =
                augmentation.crop() instanceof Crop.PaddedRandom padded ? padded.border() : Crop.Border.BLACK;
        boolean bordered = border != Crop.Border.BLACK && !area.contains(window);
        if (bordered || !colours.isEmpty()) { // cut out, so that the stored image stays as it is
            pixels = cut(pixels, area, window, border);
            area = window;
        }
        ColourAdjustment.apply(colours, pixels, window.width() * window.height(), preprocessing.channels());
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

    private byte[] cut(byte[] pixels, Box area, Box window, Crop.Border border) {
        if (cut.length == 0) {
            cut = new byte[length()];
        }
        int channels = preprocessing.channels();
        normaliser.copy(pixels, area, new Normaliser.View(window, false), cut, 0);
        if (border != Crop.Border.BLACK) {
            for (int y = window.y(); y < window.bottom(); y++) {
                for (int x = window.x(); x < window.right(); x++) {
                    if (!area.contains(x, y)) {
                        int to = ((y - window.y()) * window.width() + x - window.x()) * channels;
                        fillBorder(border, pixels, area, x, y, to);
                    }
                }
            }
        }
        return cut;
    }

    private void fillBorder(Crop.Border border, byte[] pixels, Box area, int x, int y, int to) {
        int channels = preprocessing.channels();
        if (border == Crop.Border.MEAN || area.isEmpty()) {
            System.arraycopy(meanColour, 0, cut, to, channels);
            return;
        }
        int row = reflected(y - area.y(), area.height());
        int column = reflected(x - area.x(), area.width());
        System.arraycopy(pixels, (row * area.width() + column) * channels, cut, to, channels);
    }

    /** Where a coordinate comes to lie in {@code [0, side)} when it turns back at both ends. */
    private static int reflected(int coordinate, int side) {
        int period = Math.max(1, 2 * (side - 1));
        int wrapped = Math.floorMod(coordinate, period);
        return wrapped < side ? wrapped : period - wrapped;
    }
}
