package io.resnetspark.pipeline.evaluation;

import static org.apache.spark.sql.functions.col;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Resizer;
import io.resnetspark.model.image.decode.RejectedImageException;
import io.resnetspark.pipeline.inference.ImageRows;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Fetches small pictures of the few images that a report shows. */
record ThumbnailPass(int sizePixels) implements MapPartitionsFunction<Row, Row> {

    private static final StructType PICTURE =
            new StructType().add("image_id", DataTypes.StringType, false).add("file", DataTypes.BinaryType, false);

    Thumbnails fetch(Dataset<Row> images, Collection<String> imageIds) {
        Thumbnails thumbnails = Thumbnails.none();
        if (!imageIds.isEmpty()) {
            images.where(col("image_id").isin(imageIds.toArray()))
                    .select("image_id", "width", "height", "channels", "encoding", "bytes")
                    .mapPartitions(this, Encoders.row(PICTURE))
                    .collectAsList()
                    .forEach(row -> thumbnails.add(row.getString(0), row.getAs(1)));
        }
        return thumbnails;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        ImageRows reader = new ImageRows();
        List<Row> pictures = new ArrayList<>();
        while (rows.hasNext()) {
            Row row = rows.next();
            try {
                pictures.add(RowFactory.create(row.getAs("image_id"), encode(shrink(reader.read(row)))));
            } catch (RejectedImageException e) {
                throw new IllegalStateException("An image that was classified must be readable", e);
            }
        }
        return pictures.iterator();
    }

    private Image shrink(Image image) {
        int longer = Math.max(image.width(), image.height());
        if (longer <= sizePixels) {
            return image.withChannels(3);
        }
        int width = Math.max(1, image.width() * sizePixels / longer);
        int height = Math.max(1, image.height() * sizePixels / longer);
        return Resizer.resize(image, width, height).withChannels(3);
    }

    /** Tiny images without loss, larger ones as JPEG, which is a fifth of the size. */
    private static byte[] encode(Image image) {
        BufferedImage picture = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] pixels = image.pixels();
        for (int i = 0; i < image.width() * image.height(); i++) {
            int rgb = (pixels[3 * i] & 0xFF) << 16 | (pixels[3 * i + 1] & 0xFF) << 8 | (pixels[3 * i + 2] & 0xFF);
            picture.setRGB(i % image.width(), i / image.width(), rgb);
        }
        String format = Math.max(image.width(), image.height()) <= 64 ? "png" : "jpeg";
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, format, file);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory", e);
        }
        return file.toByteArray();
    }
}
