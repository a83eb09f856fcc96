package io.resnetspark.bench.accuracy;

import io.resnetspark.model.image.load.StoredImage;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ExampleReader;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/** The images of a split as PyTorch's script reads them: of each its label in one byte, then its samples. */
final class ImageFile {

    private ImageFile() {}

    /**
     * Writes a file.
     *
     * @param size width and height that all images must have
     */
    static void write(SparkSession spark, ImageDataset dataset, Split split, int size, Path file) throws IOException {
        ExampleIndex index = ExampleIndex.build(spark, dataset, split);
        StoredImage.Content.Raw wanted = new StoredImage.Content.Raw(size, size, 3);
        try (ExampleReader reader = new ExampleReader(index, new Configuration());
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < reader.size(); i++) {
                StoredImage image = reader.read(i);
                if (!image.content().equals(wanted)) {
                    throw new IllegalStateException("%s is not stored as %d x %d pixels: %s"
                            .formatted(reader.describe(i), size, size, image.content()));
                }
                out.write(image.label());
                out.write(image.bytes());
            }
        }
    }
}
