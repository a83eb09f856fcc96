package io.resnetspark.pipeline.dataset;

import io.resnetspark.model.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Folders of small made-up images. */
public final class ImageFolders {

    private ImageFolders() {}

    /** A random picture; another seed gives another one. */
    public static Image picture(long seed, int width, int height) {
        byte[] pixels = new byte[width * height * 3];
        new Random(seed).nextBytes(pixels);
        return new Image(width, height, 3, pixels);
    }

    public static void writePng(Path file, Image image) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, PngEncoder.encode(image));
    }

    /** Writes {@code count} different images of one class, numbered from {@code firstSeed}. */
    public static void writeClass(Path folder, long firstSeed, int count) throws IOException {
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            writePng(folder.resolve("image %d.png".formatted(seed)), picture(seed, 12 + (int) (seed % 5), 10));
        }
    }
}
