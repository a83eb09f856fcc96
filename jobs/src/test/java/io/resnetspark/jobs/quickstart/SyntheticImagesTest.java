package io.resnetspark.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyntheticImagesTest {

    private static final int SIZE = 32;
    private static final int PER_CLASS = 100;

    private static final SyntheticImages IMAGES = new SyntheticImages(PER_CLASS, SIZE, 7);

    @Test
    void theSameSeedDrawsTheSameImagesAndAnotherSeedOthers() {
        Set<Integer> seen = new HashSet<>();
        for (SyntheticShape shape : SyntheticShape.values()) {
            for (int i = 0; i < PER_CLASS; i++) {
                int[] pixels = pixels(IMAGES, shape, i);
                assertThat(pixels(new SyntheticImages(5, SIZE, 7), shape, i)).isEqualTo(pixels);
                assertThat(pixels(new SyntheticImages(5, SIZE, 8), shape, i)).isNotEqualTo(pixels);
                seen.add(Arrays.hashCode(pixels));
            }
        }
        assertThat(seen).hasSize(PER_CLASS * SyntheticShape.values().length);
    }

    @Test
    void filesHoldTheImagesInOneFolderPerClass(@TempDir Path directory) throws Exception {
        SyntheticImages few = new SyntheticImages(3, 20, 1);
        few.writeTo(directory);
        for (String label : few.labels()) {
            try (var files = Files.list(directory.resolve(label))) {
                assertThat(files).hasSize(3);
            }
        }
        BufferedImage read = ImageIO.read(directory.resolve("ring/00002.png").toFile());
        assertThat(read.getRGB(0, 0, 20, 20, null, 0, 20))
                .isEqualTo(few.draw(SyntheticShape.RING, 2).getRGB(0, 0, 20, 20, null, 0, 20));
    }

    /** A classifier that knows the mean colour of an image and of every class is right about as often as chance. */
    @Test
    void meanColoursDoNotGiveTheClassAway() {
        SyntheticShape[] shapes = SyntheticShape.values();
        double[][] means = new double[shapes.length][3];
        for (SyntheticShape shape : shapes) {
            for (int i = 0; i < PER_CLASS / 2; i++) {
                double[] mean = mean(shape, i);
                for (int channel = 0; channel < 3; channel++) {
                    means[shape.ordinal()][channel] += mean[channel] / (PER_CLASS / 2.0);
                }
            }
        }
        int right = 0;
        for (SyntheticShape shape : shapes) {
            for (int i = PER_CLASS / 2; i < PER_CLASS; i++) {
                right += nearest(means, mean(shape, i)) == shape.ordinal() ? 1 : 0;
            }
        }
        double accuracy = right / (double) (shapes.length * PER_CLASS / 2);
        assertThat(accuracy).isLessThan(2.0 / shapes.length);
    }

    private static int nearest(double[][] means, double[] colour) {
        int best = 0;
        for (int i = 1; i < means.length; i++) {
            if (distance(means[i], colour) < distance(means[best], colour)) {
                best = i;
            }
        }
        return best;
    }

    private static double distance(double[] one, double[] other) {
        return Math.hypot(Math.hypot(one[0] - other[0], one[1] - other[1]), one[2] - other[2]);
    }

    private static double[] mean(SyntheticShape shape, int number) {
        double[] mean = new double[3];
        for (int rgb : pixels(IMAGES, shape, number)) {
            mean[0] += (rgb >> 16 & 255) / (double) (SIZE * SIZE);
            mean[1] += (rgb >> 8 & 255) / (double) (SIZE * SIZE);
            mean[2] += (rgb & 255) / (double) (SIZE * SIZE);
        }
        return mean;
    }

    private static int[] pixels(SyntheticImages images, SyntheticShape shape, int number) {
        return images.draw(shape, number)
                .getRGB(0, 0, images.sizePixels(), images.sizePixels(), null, 0, images.sizePixels());
    }
}
