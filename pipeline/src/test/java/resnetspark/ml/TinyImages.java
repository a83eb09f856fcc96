package resnetspark.ml;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.spark.ml.image.ImageSchema;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** DataFrames of noise, dark for the first label and light for the second. */
final class TinyImages {

    private static final int SIDE = 16;

    private TinyImages() {}

    /** Columns {@code id} (long), {@code image} (PNG bytes), {@code label} (double), labels taking turns. */
    static Dataset<Row> encoded(SparkSession spark, int count, double... labels) {
        StructType schema = new StructType()
                .add("id", DataTypes.LongType)
                .add("image", DataTypes.BinaryType)
                .add("label", DataTypes.DoubleType);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(RowFactory.create(
                    (long) i, png(picture(i, i % labels.length, labels.length)), labels[i % labels.length]));
        }
        return spark.createDataFrame(rows, schema).repartition(2);
    }

    /** The same as {@link #encoded} with the column {@code image} as Spark's image structs. */
    static Dataset<Row> structs(SparkSession spark, int count, double... labels) {
        StructType schema = new StructType()
                .add("id", DataTypes.LongType)
                .add("image", ImageSchema.columnSchema())
                .add("label", DataTypes.DoubleType);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            BufferedImage picture = picture(i, i % labels.length, labels.length);
            byte[] bgr = new byte[SIDE * SIDE * 3];
            for (int p = 0; p < SIDE * SIDE; p++) {
                int rgb = picture.getRGB(p % SIDE, p / SIDE);
                for (int c = 0; c < 3; c++) {
                    bgr[3 * p + c] = (byte) (rgb >> (8 * c));
                }
            }
            Row image = RowFactory.create("memory:" + i, SIDE, SIDE, 3, 16, bgr);
            rows.add(RowFactory.create((long) i, image, labels[i % labels.length]));
        }
        return spark.createDataFrame(rows, schema).repartition(2);
    }

    private static BufferedImage picture(int seed, int shade, int shades) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < SIDE * SIDE; p++) {
            int rgb = 0;
            for (int c = 0; c < 3; c++) {
                rgb = rgb << 8 | (shade * 256 + random.nextInt(256)) / shades;
            }
            image.setRGB(p % SIDE, p / SIDE, rgb);
        }
        return image;
    }

    private static byte[] png(BufferedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written", e);
        }
        return bytes.toByteArray();
    }
}
