package io.resnetspark.pipeline.retrain.cycle;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Batches of two classes of small pictures, dark and light, as they would arrive day by day. */
public final class DailyImages {

    private static final int SIZE = 16;

    /** What is wrong with a day. */
    public enum Flaw {
        NONE,
        /** Every picture lies in the folder of the other class. */
        LABELS_SWAPPED,
        /** Files that are cut off. */
        CORRUPTED
    }

    private final Path incoming;

    public DailyImages(Path incoming) {
        this.incoming = incoming;
    }

    /** The first batch, with train and test folders. */
    public void first(String name, int training, int test) throws IOException {
        write(incoming.resolve(name).resolve("train"), 1000, training, Flaw.NONE);
        write(incoming.resolve(name).resolve("test"), 100_000, test, Flaw.NONE);
    }

    /** @param seed another one makes other pictures */
    public void day(String name, long seed, int images, Flaw flaw) throws IOException {
        write(incoming.resolve(name), seed * 10_000_000, images, flaw);
    }

    /** Copies pictures of the first batch's test folder, as files of another format with the same pixels. */
    public void leak(String from, String name, int images) throws IOException {
        for (String label : new String[] {"dark", "light"}) {
            Path folder = Files.createDirectories(
                    incoming.resolve(name).resolve("train").resolve(label));
            try (var files = Files.list(incoming.resolve(from).resolve("test").resolve(label))) {
                for (Path file : files.sorted().limit(images).toList()) {
                    ImageIO.write(
                            ImageIO.read(file.toFile()),
                            "bmp",
                            folder.resolve(file.getFileName().toString().replace(".png", ".bmp"))
                                    .toFile());
                }
            }
        }
    }

    private static void write(Path folder, long seed, int images, Flaw flaw) throws IOException {
        for (int i = 0; i < images; i++) {
            boolean dark = i % 2 == 0;
            boolean folderOfDark = flaw == Flaw.LABELS_SWAPPED ? !dark : dark;
            Path file = folder.resolve(folderOfDark ? "dark" : "light").resolve("image-%d.png".formatted(seed + i));
            Files.createDirectories(file.getParent());
            ImageIO.write(picture(seed + i, dark), "png", file.toFile());
            if (flaw == Flaw.CORRUPTED) {
                byte[] whole = Files.readAllBytes(file);
                Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 3));
            }
        }
    }

    private static BufferedImage picture(long seed, boolean dark) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                int value = random.nextInt(128) + (dark ? 0 : 127);
                image.setRGB(x, y, value << 16 | random.nextInt(256) << 8 | value);
            }
        }
        return image;
    }
}
