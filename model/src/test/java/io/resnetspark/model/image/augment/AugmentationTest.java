package io.resnetspark.model.image.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.image.Box;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.Resizer;
import io.resnetspark.model.image.TestImages;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AugmentationTest {

    /** Mean 0 and deviation 1/255: an input's values are the samples themselves. */
    private static Preprocessing samples(int channels, int size) {
        List<Float> zeros = channels == 1 ? List.of(0f) : List.of(0f, 0f, 0f);
        List<Float> units = channels == 1 ? List.of(1 / 255f) : List.of(1 / 255f, 1 / 255f, 1 / 255f);
        return new Preprocessing(channels, 0, size, zeros, units);
    }

    private static Augmentation only(Crop crop, double flip) {
        return new Augmentation(crop, flip, FlipPattern.RANDOM, ColourJitter.none(), RandomErasing.none(), 0, 0, 0);
    }

    private static float[] transform(Image image, Preprocessing preprocessing, Augmentation augmentation, long id) {
        ImageTransform transform = new ImageTransform(preprocessing, augmentation, 17);
        float[] out = new float[transform.length()];
        transform.apply(image, 2, id, out, 0);
        return out;
    }

    private static float[] asFloats(Image image) {
        float[] values = new float[image.pixels().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = image.pixels()[i] & 0xFF;
        }
        return values;
    }

    private static Image mirror(Image image) {
        byte[] out = new byte[image.pixels().length];
        for (int i = 0; i < image.width() * image.height(); i++) {
            int mirrored = i - i % image.width() + image.width() - 1 - i % image.width();
            System.arraycopy(image.pixels(), i * image.channels(), out, mirrored * image.channels(), image.channels());
        }
        return new Image(image.width(), image.height(), image.channels(), out);
    }

    @ParameterizedTest
    @CsvSource({"1", "3"})
    void nothingRandomIsTheImageItself(int channels) {
        Image image = TestImages.pattern(16, 16, channels);
        float[] out = transform(image, samples(channels, 16), Augmentation.none(), 1);
        assertCloseTo(out, asFloats(image));
    }

    @ParameterizedTest
    @CsvSource({"1", "3"})
    void flippingTwiceIsTheImageItself(int channels) {
        Image image = TestImages.pattern(16, 16, channels);
        Augmentation flip = only(new Crop.Centre(), 1);
        assertCloseTo(transform(mirror(image), samples(channels, 16), flip, 1), asFloats(image));
        assertCloseTo(transform(image, samples(channels, 16), flip, 1), asFloats(mirror(image)));
    }

    @Test
    void flipsComeAsOftenAsAsked() {
        Image image = new Image(2, 2, 1, new byte[] {1, 2, 1, 2});
        Augmentation augmentation = only(new Crop.Centre(), 0.3);
        int flipped = 0;
        for (int id = 0; id < 10_000; id++) {
            flipped += transform(image, samples(1, 2), augmentation, id)[0] > 1.5f ? 1 : 0;
        }
        // Standard deviation about 46.
        assertThat(flipped).isCloseTo(3000, within(250));
    }

    @Test
    void alternatingFlipsShowTheOtherSideInEveryEpoch() {
        Image image = new Image(2, 2, 1, new byte[] {1, 2, 1, 2});
        Augmentation alternating = new Augmentation(
                new Crop.Centre(), 0.5, FlipPattern.ALTERNATING, ColourJitter.none(), RandomErasing.none(), 0, 0, 0);
        ImageTransform transform = new ImageTransform(samples(1, 2), alternating, 17);
        int flippedFirst = 0;
        for (int id = 0; id < 10_000; id++) {
            boolean[] flipped = new boolean[4];
            for (int epoch = 0; epoch < flipped.length; epoch++) {
                float[] out = new float[4];
                transform.apply(image, epoch, id, out, 0);
                flipped[epoch] = out[0] > 1.5f;
            }
            assertThat(flipped).containsExactly(flipped[0], !flipped[0], flipped[0], !flipped[0]);
            flippedFirst += flipped[0] ? 1 : 0;
        }
        assertThat(flippedFirst).isCloseTo(5000, within(300)); // standard deviation 50
    }

    @Test
    void paddedCropsReachEveryOffsetAndShowBlackBeyondTheImage() {
        // Samples name their place: 16 * row + column + 1; black is padding.
        byte[] pixels = new byte[8 * 8];
        for (int i = 0; i < 64; i++) {
            pixels[i] = (byte) (16 * (i / 8) + i % 8 + 1);
        }
        Image image = new Image(8, 8, 1, pixels);
        Set<String> offsets = new HashSet<>();
        for (int id = 0; id < 2000; id++) {
            float[] out = transform(image, samples(1, 8), only(new Crop.PaddedRandom(2, Crop.Border.BLACK), 0), id);
            int centre = Math.round(out[4 * 8 + 4]) - 1; // always inside the image
            int dy = centre / 16 - 4;
            int dx = centre % 16 - 4;
            offsets.add(dx + "," + dy);
            for (int y = 0; y < 8; y++) {
                for (int x = 0; x < 8; x++) {
                    boolean inside = x + dx >= 0 && x + dx < 8 && y + dy >= 0 && y + dy < 8;
                    float wanted = inside ? 16 * (y + dy) + x + dx + 1 : 0;
                    assertThat(out[y * 8 + x]).isCloseTo(wanted, within(1e-3f));
                }
            }
        }
        assertThat(offsets).hasSize(25);
    }

    /** NumPy's {@code pad(mode="reflect")} of 0 … 5 by 2 is 2 1 0 1 2 3 4 5 4 3; the mean colour is 0 once normalised. */
    @ParameterizedTest
    @CsvSource({"REFLECT, 2 1 0 1 2 3 4 5 4 3", "MEAN, mean mean 0 1 2 3 4 5 mean mean", "BLACK, 0 0 0 1 2 3 4 5 0 0"})
    void bordersOfPaddedCrops(Crop.Border border, String padded) {
        int size = 6;
        Map<String, Float> shown = new HashMap<>(Map.of("mean", 0f));
        byte[] pixels = new byte[size * size]; // of column c: 50 c
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (50 * (i % size));
            shown.put(String.valueOf(i % size), 50f * (i % size) - 120);
        }
        List<Float> line = Stream.of(padded.split(" ")).map(shown::get).toList();
        Preprocessing aroundMean = new Preprocessing(1, 0, size, List.of(120 / 255f), List.of(1 / 255f));
        byte[] before = pixels.clone();
        Set<Integer> offsets = new HashSet<>();
        for (int id = 0; id < 200; id++) {
            Image image = new Image(size, size, 1, pixels);
            float[] out = transform(image, aroundMean, only(new Crop.PaddedRandom(2, border), 0), id);
            List<Float> row = new ArrayList<>();
            for (int x = 0; x < size; x++) {
                row.add((float) Math.round(out[2 * size + x])); // the third row is of the image at every offset
            }
            assertThat(line).containsSequence(row);
            offsets.add(Collections.indexOfSubList(line, row));
        }
        assertThat(offsets).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
        assertThat(pixels).isEqualTo(before);
    }

    @Test
    void paddingBeyondTheImageIsAllBlack() {
        Augmentation far = only(new Crop.PaddedRandom(40, Crop.Border.BLACK), 0.5);
        Preprocessing resizing = new Preprocessing(1, 6, 4, List.of(0f), List.of(1 / 255f));
        Set<Boolean> black = new HashSet<>();
        for (int id = 0; id < 200; id++) {
            float[] out = transform(TestImages.filled(9, 12, 1, 200), resizing, far, id);
            for (float value : out) {
                assertThat(Math.round(value)).isIn(0, 200);
            }
            black.add(out[0] == 0);
        }
        assertThat(black).containsExactlyInAnyOrder(true, false);
    }

    @ParameterizedTest
    @CsvSource({"100, 80", "30, 400", "1, 1", "3, 2"})
    void resizedCropsKeepTheirBounds(int width, int height) {
        Crop.RandomResized limits = Crop.RandomResized.standard();
        for (int i = 0; i < 3000; i++) {
            RandomStream random = new RandomStream(1, 0, i, RandomStream.Purpose.CROP);
            Box box = RandomGeometry.resizedCrop(random, width, height, limits);
            assertThat(box.width()).isBetween(1, width);
            assertThat(box.height()).isBetween(1, height);
            assertThat(box.intersection(new Box(0, 0, width, height))).isEqualTo(box);
            if (width == 100) {
                // Sides are rounded to whole pixels.
                double area = (double) box.width() * box.height() / (width * height);
                assertThat(area).isBetween(0.08 * 0.93, 1.0);
                assertThat((double) box.width() / box.height()).isBetween(0.75 * 0.94, 4.0 / 3 * 1.06);
            }
        }
    }

    @Test
    void anImageTooLongForAnyCropGivesItsMiddle() {
        Crop.RandomResized whole = new Crop.RandomResized(1, 1, 3.0 / 4, 4.0 / 3);
        RandomStream random = new RandomStream(1, 0, 0, RandomStream.Purpose.CROP);
        assertThat(RandomGeometry.resizedCrop(random, 30, 400, whole)).isEqualTo(new Box(0, 180, 30, 40));
        assertThat(RandomGeometry.resizedCrop(random, 400, 30, whole)).isEqualTo(new Box(180, 0, 40, 30));
    }

    @Test
    void resizedCropIsCropThenResize() {
        Image image = TestImages.pattern(90, 70, 3);
        Crop.RandomResized limits = Crop.RandomResized.standard();
        for (int id = 0; id < 20; id++) {
            Box box =
                    RandomGeometry.resizedCrop(new RandomStream(17, 2, id, RandomStream.Purpose.CROP), 90, 70, limits);
            byte[] cut = new byte[box.width() * box.height() * 3];
            for (int y = 0; y < box.height(); y++) {
                System.arraycopy(
                        image.pixels(), ((box.y() + y) * 90 + box.x()) * 3, cut, y * box.width() * 3, box.width() * 3);
            }
            Image wanted = Resizer.resize(new Image(box.width(), box.height(), 3, cut), 24, 24);
            assertCloseTo(transform(image, samples(3, 24), only(limits, 0), id), asFloats(wanted));
        }
    }

    @Test
    void aCropThatNeedsNoResizeIsCutOut() {
        Image image = TestImages.pattern(20, 20, 3);
        Crop.RandomResized whole = new Crop.RandomResized(1, 1, 1, 1);
        assertCloseTo(transform(image, samples(3, 20), only(whole, 0), 3), asFloats(image));
    }

    @Test
    void erasingSetsARectangleToTheMean() {
        Image image = TestImages.filled(32, 32, 3, 200);
        RandomErasing erasing = RandomErasing.withProbability(1);
        Augmentation augmentation =
                new Augmentation(new Crop.Centre(), 0, FlipPattern.RANDOM, ColourJitter.none(), erasing, 0, 0, 0);
        for (int id = 0; id < 500; id++) {
            float[] out = transform(image, samples(3, 32), augmentation, id);
            int left = 32;
            int right = 0;
            int top = 32;
            int bottom = 0;
            int erased = 0;
            for (int i = 0; i < out.length; i += 3) {
                if (out[i] == 0) {
                    assertThat(out[i + 1]).isZero();
                    assertThat(out[i + 2]).isZero();
                    erased++;
                    left = Math.min(left, i / 3 % 32);
                    right = Math.max(right, i / 3 % 32 + 1);
                    top = Math.min(top, i / 96);
                    bottom = Math.max(bottom, i / 96 + 1);
                }
            }
            assertThat(erased).as("a full rectangle").isEqualTo((right - left) * (bottom - top));
            assertThat(erased / 1024.0).isBetween(0.01, 0.36);
        }
    }

    @Test
    void erasingComesAsOftenAsAsked() {
        int erased = 0;
        for (int i = 0; i < 5000; i++) {
            RandomStream random = new RandomStream(1, 0, i, RandomStream.Purpose.ERASING);
            erased += RandomGeometry.erased(random, 32, RandomErasing.withProbability(0.25))
                            .isEmpty()
                    ? 0
                    : 1;
        }
        assertThat(erased).isCloseTo(1250, within(150));
    }

    @Test
    void oneAugmentationDoesNotDisturbAnother() {
        Image image = TestImages.pattern(32, 32, 3);
        RandomErasing erasing = RandomErasing.withProbability(1);
        for (int id = 0; id < 50; id++) {
            float[] plain = transform(image, samples(3, 32), Augmentation.cifar(), id);
            float[] erased = transform(
                    image,
                    samples(3, 32),
                    new Augmentation(
                            new Crop.PaddedRandom(4, Crop.Border.BLACK),
                            0.5,
                            FlipPattern.RANDOM,
                            ColourJitter.none(),
                            erasing,
                            0,
                            0,
                            0),
                    id);
            for (int i = 0; i < plain.length; i++) {
                assertThat(erased[i] == 0 || erased[i] == plain[i]).isTrue();
            }
        }
    }

    @Test
    void jitterLeavesTheStoredImageAlone() {
        Image image = TestImages.pattern(16, 16, 3);
        byte[] before = image.pixels().clone();
        Augmentation augmentation = new Augmentation(
                new Crop.Centre(),
                0,
                FlipPattern.RANDOM,
                new ColourJitter(0.9, 0.9, 0.9, 0.5),
                RandomErasing.none(),
                0,
                0,
                0);
        float[] out = transform(image, samples(3, 16), augmentation, 4);
        assertThat(image.pixels()).isEqualTo(before);
        assertThat(Arrays.equals(out, asFloats(image))).isFalse();
    }

    @Test
    void jitterOfPaddedCropsKeepsThePaddingBlack() {
        Augmentation augmentation = new Augmentation(
                new Crop.PaddedRandom(3, Crop.Border.BLACK),
                0,
                FlipPattern.RANDOM,
                new ColourJitter(0.5, 0, 0.5, 0.2),
                RandomErasing.none(),
                0,
                0,
                0);
        Map<Boolean, Integer> corners = new HashMap<>();
        ImageTransform reused = new ImageTransform(samples(3, 8), augmentation, 1);
        float[] out = new float[8 * 8 * 3];
        for (int id = 0; id < 300; id++) {
            reused.apply(TestImages.filled(8, 8, 3, 250), 0, id, out, 0);
            Box crop = RandomGeometry.paddedCrop(new RandomStream(1, 0, id, RandomStream.Purpose.CROP), 8, 8, 8, 3);
            boolean padded = crop.x() < 0 || crop.y() < 0;
            assertThat(out[0] == 0).isEqualTo(padded);
            corners.merge(padded, 1, Integer::sum);
        }
        assertThat(corners).hasSize(2);
    }

    @Test
    void valuesOutsideTheirRangeAreRefused() {
        assertThatThrownBy(() -> only(new Crop.Centre(), 1.1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Crop.PaddedRandom(-1, Crop.Border.BLACK))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Crop.RandomResized(0, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Crop.RandomResized(0.5, 0.4, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Crop.RandomResized(0.5, 1, 2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ColourJitter(0, 0, 0, 0.6)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ColourJitter(-1, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RandomErasing.withProbability(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Augmentation(
                        new Crop.Centre(), 0, FlipPattern.RANDOM, ColourJitter.none(), RandomErasing.none(), -1, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Augmentation(
                        new Crop.Centre(), 0, FlipPattern.RANDOM, ColourJitter.none(), RandomErasing.none(), 0, 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertCloseTo(float[] actual, float[] wanted) {
        assertThat(actual).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.length; i++) {
            assertThat(actual[i]).isCloseTo(wanted[i], within(1e-3f));
        }
    }
}
