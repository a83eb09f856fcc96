package io.resnetspark.bench.spark;

import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.PrepareConfig.ResizeRule;
import io.resnetspark.pipeline.dataset.PrepareConfig.SourceFormat;
import io.resnetspark.pipeline.dataset.PrepareConfig.SplitOrigin;
import io.resnetspark.pipeline.dataset.PrepareConfig.Splits;
import io.resnetspark.pipeline.dataset.PrepareConfig.StoredEncoding;
import io.resnetspark.pipeline.dataset.prepare.PrepareJob;
import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;

/** Datasets of drawn images, all for training: what they show does not matter to speed, how they are stored does. */
public final class DrawnImages {

    private static final int WAVES = 6;

    private DrawnImages() {}

    /** Noise of 32 x 32 pixels in ten classes, by way of CIFAR's files; returns the dataset. */
    public static String small(SparkSession spark, Path folder, int images) {
        Path source = folder.resolve("cifar-source");
        String dataset = folder.resolve("small-%d".formatted(images)).toString();
        SplittableRandom random = new SplittableRandom(images);
        byte[] record = new byte[1 + 3 * 32 * 32];
        try {
            Files.createDirectories(source);
            try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(source.resolve("data_batch_1.bin")))) {
                for (int i = 0; i < images; i++) {
                    random.nextBytes(record);
                    record[0] = (byte) (i % 10);
                    out.write(record);
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("Cannot write images below %s".formatted(folder), e);
        }
        PrepareJob.run(
                spark,
                PrepareConfig.of(source.toString(), SourceFormat.CIFAR10, dataset)
                        .withSplit(allForTraining()));
        return dataset;
    }

    /**
     * JPEG files of 500 x 375 pixels in two classes, as smooth and as noisy as photographs.
     *
     * @return the folder of the images
     */
    public static Path photographs(Path folder, int images) {
        Path source = folder.resolve("photographs-%d".formatted(images));
        SplittableRandom random = new SplittableRandom(images);
        try {
            for (int i = 0; i < images; i++) {
                Path directory = source.resolve("class-" + i % 2);
                Files.createDirectories(directory);
                ImageIO.write(
                        photograph(random), "jpg", directory.resolve(i + ".jpg").toFile());
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("Cannot write images below %s".formatted(folder), e);
        }
        return source;
    }

    private static BufferedImage photograph(SplittableRandom random) {
        BufferedImage image = new BufferedImage(500, 375, BufferedImage.TYPE_INT_RGB);
        double[][] waves = new double[WAVES][];
        for (int w = 0; w < WAVES; w++) {
            waves[w] = random.doubles(6).toArray();
        }
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = 0;
                for (int channel = 0; channel < 3; channel++) {
                    double value = 128 + 12 * (random.nextDouble() - 0.5);
                    for (double[] wave : waves) {
                        value += 20 * Math.sin(wave[0] * x * 0.1 + wave[1] * y * 0.1 + 6 * wave[2 + channel]);
                    }
                    rgb = rgb << 8 | (int) Math.max(0, Math.min(255, value));
                }
                image.setRGB(x, y, rgb);
            }
        }
        return image;
    }

    /**
     * Prepares photographs for a network of 224 x 224.
     *
     * @param encoding raw: resized to 256 and stored as pixels; encoded: the files as they are
     * @return the dataset
     */
    public static String prepare(SparkSession spark, Path photographs, Path folder, StoredEncoding encoding) {
        String dataset = folder.resolve("photographs-" + encoding).toString();
        PrepareConfig config = PrepareConfig.of(photographs.toString(), SourceFormat.IMAGE_FOLDER, dataset)
                .withSplit(allForTraining());
        PrepareConfig.Storage storage = new PrepareConfig.Storage(
                encoding, config.storage().fileMebibytes(), config.storage().rowGroupMebibytes());
        config = config.withStorage(storage);
        if (encoding == StoredEncoding.RAW) {
            config = config.withResize(ResizeRule.SHORTER_SIDE, 256);
        }
        PrepareJob.run(spark, config);
        return dataset;
    }

    private static Splits allForTraining() {
        return new Splits(SplitOrigin.HASH, 1, 0, 0, 0, 0);
    }
}
