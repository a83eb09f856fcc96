package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Resizer;
import io.resnetspark.model.image.decode.RejectedImageException;
import io.resnetspark.pipeline.inference.ImageRows;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/** Fetches small pictures of the few images that a report shows. */
record ThumbnailPass(Set<String> imageIds, int sizePixels)
        implements PairFlatMapFunction<Iterator<Row>, String, byte[]> {

    Thumbnails fetch(JavaRDD<Row> images) {
        Thumbnails thumbnails = Thumbnails.none();
        if (!imageIds.isEmpty()) {
            images.mapPartitionsToPair(this).collect().forEach(picture -> thumbnails.add(picture._1(), picture._2()));
        }
        return thumbnails;
    }

    @Override
    public Iterator<Tuple2<String, byte[]>> call(Iterator<Row> rows) {
        ImageRows reader = new ImageRows();
        List<Tuple2<String, byte[]>> pictures = new ArrayList<>();
        while (rows.hasNext()) {
            Row row = rows.next();
            String imageId = row.getAs("image_id");
            if (imageIds.contains(imageId)) {
                try {
                    pictures.add(new Tuple2<>(imageId, encode(shrink(reader.read(row)))));
                } catch (RejectedImageException e) {
                    throw new IllegalStateException("An image that was classified must be readable", e);
                }
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
