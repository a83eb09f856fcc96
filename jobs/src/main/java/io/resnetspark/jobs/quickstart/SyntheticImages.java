package io.resnetspark.jobs.quickstart;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * A small image set whose classes are shapes: each in any place, size, direction and pair of colours, under noise. A
 * network has to learn the shape; mean colours say nothing about it. The same seed draws the same images everywhere.
 *
 * @param imagesPerClass at least 1
 * @param sizePixels height and width, at least 16
 * @param seed of all random choices
 */
public record SyntheticImages(int imagesPerClass, int sizePixels, long seed) {

    /** Standard deviation of the noise on every channel, in units of 0 to 255. */
    private static final double NOISE = 14;

    /** Least distance between the colours of shape and ground, so that the shape is there to be seen. */
    private static final double LEAST_CONTRAST = 110;

    /** Samples per pixel and direction: smooth edges. */
    private static final int SAMPLES = 3;

    public SyntheticImages {
        if (imagesPerClass < 1 || sizePixels < 16) {
            throw new IllegalArgumentException("Cannot draw %d images of %d x %d pixels per class"
                    .formatted(imagesPerClass, sizePixels, sizePixels));
        }
    }

    /** Names of the classes, sorted. */
    public List<String> labels() {
        return Arrays.stream(SyntheticShape.values()).map(SyntheticShape::label).toList();
    }

    /**
     * Writes {@code <label>/<number>.png} below the directory, replacing files of these names.
     *
     * @throws IOException if that fails
     */
    public void writeTo(Path directory) throws IOException {
        ImageIO.setUseCache(false); // thousands of tiny files need no disk cache
        for (SyntheticShape shape : SyntheticShape.values()) {
            Path folder = Files.createDirectories(directory.resolve(shape.label()));
            for (int i = 0; i < imagesPerClass; i++) {
                ImageIO.write(
                        draw(shape, i),
                        "png",
                        folder.resolve("%05d.png".formatted(i)).toFile());
            }
        }
    }

    /** The image of that class and number, RGB. */
    BufferedImage draw(SyntheticShape shape, int number) {
        // Each image has a stream of its own: more images per class leave the first ones as they were.
        SplittableRandom random =
                new SplittableRandom(seed * 0x9E3779B97F4A7C15L + shape.ordinal() * 1_000_003L + number).split();
        double half = sizePixels / 2.0;
        double radius = half * random.nextDouble(0.5, 0.8);
        double reach = half - radius;
        double centreX = half + random.nextDouble(-reach, reach);
        double centreY = half + random.nextDouble(-reach, reach);
        double angle = random.nextDouble(2 * Math.PI);
        double[] ground = colour(random);
        double[] ink = colour(random);
        while (distance(ground, ink) < LEAST_CONTRAST) {
            ink = colour(random);
        }
        BufferedImage image = new BufferedImage(sizePixels, sizePixels, BufferedImage.TYPE_INT_RGB);
        for (int row = 0; row < sizePixels; row++) {
            for (int column = 0; column < sizePixels; column++) {
                double cover = coverage(shape, column - centreX, row - centreY, radius, angle);
                int rgb = 0;
                for (int channel = 0; channel < 3; channel++) {
                    double value =
                            ground[channel] + cover * (ink[channel] - ground[channel]) + NOISE * random.nextGaussian();
                    rgb = rgb << 8 | (int) Math.max(0, Math.min(255, Math.round(value)));
                }
                image.setRGB(column, row, rgb);
            }
        }
        return image;
    }

    /** The covered part of the pixel whose corner is at (x, y) from the shape's centre, 0 to 1. */
    private static double coverage(SyntheticShape shape, double x, double y, double radius, double angle) {
        double cos = Math.cos(angle) / radius;
        double sin = Math.sin(angle) / radius;
        int covered = 0;
        for (int i = 0; i < SAMPLES; i++) {
            for (int j = 0; j < SAMPLES; j++) {
                double sampleX = x + (i + 0.5) / SAMPLES;
                double sampleY = y + (j + 0.5) / SAMPLES;
                if (shape.covers(cos * sampleX + sin * sampleY, cos * sampleY - sin * sampleX)) {
                    covered++;
                }
            }
        }
        return covered / (double) (SAMPLES * SAMPLES);
    }

    private static double[] colour(SplittableRandom random) {
        return new double[] {random.nextDouble(30, 226), random.nextDouble(30, 226), random.nextDouble(30, 226)};
    }

    private static double distance(double[] one, double[] other) {
        return Math.hypot(Math.hypot(one[0] - other[0], one[1] - other[1]), one[2] - other[2]);
    }
}
