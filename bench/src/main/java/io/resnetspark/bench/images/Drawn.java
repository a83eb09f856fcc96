package io.resnetspark.bench.images;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** PNG files of 8 x 8 pixels of noise in ten classes; image i is the same wherever it is drawn. */
final class Drawn {

    static final int CLASSES = 10;

    private static final int SIDE = 8;
    private static final int IMAGES_PER_TASK = 25_000;
    private static final StructType SCHEMA =
            new StructType().add("image", DataTypes.BinaryType, false).add("label", DataTypes.StringType, false);

    private Drawn() {}

    /** Writes the images {@code from} to {@code to - 1} as a Parquet table. */
    static void table(SparkSession spark, long from, long to, Path table) {
        int tasks = Math.toIntExact((to - from + IMAGES_PER_TASK - 1) / IMAGES_PER_TASK);
        spark.range(from, to, 1, tasks)
                .map((MapFunction<Long, Row>) Drawn::row, Encoders.row(SCHEMA))
                .write()
                .parquet(table.toString());
    }

    private static Row row(long number) {
        return RowFactory.create(png(number), label(number));
    }

    /** Writes the same images into a folder for each class, as a camera would: {@code class-3/image-0000013.png}. */
    static void folders(long from, long to, Path folder) throws IOException {
        List<Path> classes = new ArrayList<>();
        for (int i = 0; i < CLASSES; i++) {
            classes.add(Files.createDirectories(folder.resolve(label(i))));
        }
        IntStream.range(Math.toIntExact(from), Math.toIntExact(to)).parallel().forEach(number -> {
            try {
                Files.write(classes.get(number % CLASSES).resolve("image-%07d.png".formatted(number)), png(number));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static String label(long number) {
        return "class-" + number % CLASSES;
    }

    private static byte[] png(long number) {
        SplittableRandom random = new SplittableRandom(number);
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
            image.setRGB(pixel % SIDE, pixel / SIDE, random.nextInt(1 << 24));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
