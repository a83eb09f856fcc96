package io.resnetspark.pipeline.dataset;

import io.resnetspark.model.image.Image;
import io.resnetspark.pipeline.dataset.prepare.PrepareJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;

/** Small datasets for the tests of other packages. */
public final class TestDatasets {

    /** Images of the training split of {@link #small}, over both classes. */
    public static final int TRAINING = 40;

    /** Images of its validation split. */
    public static final int VALIDATION = 8;

    private static String small;

    private TestDatasets() {}

    /** The Spark session all tests of this JVM share. */
    public static SparkSession spark() {
        return LocalSpark.session();
    }

    /**
     * The dataset that all tests of this JVM share, and must not change: two classes of random pictures, 16x16, that differ
     * in brightness.
     *
     * @return its path
     */
    public static synchronized String small() {
        if (small == null) {
            try {
                Path folder = Files.createTempDirectory("small-dataset");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> FileUtils.deleteQuietly(folder.toFile())));
                small = prepareSmallImages(spark(), folder, TRAINING, VALIDATION);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return small;
    }

    /** The pictures {@link #small} was prepared from, below folders train and val. */
    public static Path smallImages() {
        return Path.of(small()).resolveSibling("images");
    }

    /**
     * Prepares such pictures.
     *
     * @param training images of the training split, over both classes; odd numbers leave a short last step
     * @param validation images of the validation split
     * @return path of the dataset
     */
    public static String prepareSmallImages(SparkSession spark, Path folder, int training, int validation)
            throws IOException {
        Path images = folder.resolve("images");
        int[] counts = {training, validation};
        String[] splits = {"train", "val"};
        int number = 0;
        for (int s = 0; s < splits.length; s++) {
            for (int i = 0; i < counts[s]; i++) {
                String label = i % 2 == 0 ? "dark" : "light";
                Path file = images.resolve(splits[s]).resolve(label).resolve("image-" + number + ".png");
                Files.createDirectories(file.getParent());
                ImageFolders.writePng(file, shaded(ImageFolders.picture(number, 16, 16), i % 2 == 0));
                number++;
            }
        }
        String output = folder.resolve("dataset").toString();
        PrepareJob.run(
                spark,
                PrepareConfig.of(images.toString(), PrepareConfig.SourceFormat.IMAGE_FOLDER, output)
                        .withSplit(new PrepareConfig.Splits(PrepareConfig.SplitOrigin.SOURCE, 1, 0, 0, 0, 0)));
        return output;
    }

    private static Image shaded(Image image, boolean dark) {
        byte[] pixels = image.pixels().clone();
        for (int i = 0; i < pixels.length; i++) {
            int value = Byte.toUnsignedInt(pixels[i]);
            pixels[i] = (byte) (dark ? value / 2 : 127 + value / 2);
        }
        return new Image(image.width(), image.height(), image.channels(), pixels);
    }
}
