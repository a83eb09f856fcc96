package io.resnetspark.pipeline.dataset.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.RunCounts;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.inference.BatchPrediction;
import io.resnetspark.pipeline.inference.FolderInput;
import io.resnetspark.pipeline.inference.LinearSource;
import io.resnetspark.pipeline.inference.PredictConfig;
import io.resnetspark.pipeline.storage.HdfsStorage;
import io.resnetspark.pipeline.storage.S3Storage;
import io.resnetspark.pipeline.storage.TestStorage;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** On HDFS and on an S3 API, too, every name is read, rejected with a reason, or left out and counted. */
@Tag("full")
class RemoteInputsIT {

    @RegisterExtension
    static final HdfsStorage HDFS = new HdfsStorage();

    @RegisterExtension
    static final S3Storage S3 = new S3Storage();

    private static SparkSession spark;
    private static List<byte[]> pictures;

    @BeforeAll
    static void findPictures() throws IOException {
        spark = TestDatasets.spark();
        HDFS.configure(spark.sparkContext().hadoopConfiguration());
        S3.configure(spark.sparkContext().hadoopConfiguration());
        pictures = new ArrayList<>();
        try (Stream<java.nio.file.Path> files =
                Files.list(TestDatasets.smallImages().resolve("train/dark"))) {
            for (java.nio.file.Path file : files.sorted().limit(6).toList()) {
                pictures.add(Files.readAllBytes(file));
            }
        }
    }

    static Stream<TestStorage> storages() {
        return Stream.of(HDFS, S3);
    }

    private static void write(TestStorage storage, String folder, String name, byte[] content) throws IOException {
        URI root = URI.create(folder);
        Path file = new Path(root.getScheme(), root.getAuthority(), root.getPath() + "/" + name);
        try (OutputStream out = storage.fileSystem().create(file, true)) {
            out.write(content);
        }
    }

    @ParameterizedTest
    @MethodSource("storages")
    void everyNameIsAccountedFor(TestStorage storage) throws IOException {
        String folder = storage.newDirectory();
        String images = folder + "/images";
        // HDFS itself knows no colons.
        List<String> names = new ArrayList<>(List.of("a [1].png", "{b,c}.png", "größe 50 %.png", "d*?.png", "e.png"));
        names.add(storage == S3 ? "12:30:45.png" : "f.png");
        for (int i = 0; i < names.size(); i++) {
            write(storage, images, (i % 2 == 0 ? "cat/" : "dog/") + names.get(i), pictures.get(i));
        }
        write(storage, images, "cat/broken.png", new byte[] {1, 2, 3});
        write(storage, images, "dog/empty.jpg", new byte[0]);
        write(storage, images, "cat/.hidden.png", pictures.get(0));
        write(storage, images, "dog/Thumbs.db", new byte[] {1});
        write(storage, images, ".ipynb_checkpoints/old.png", pictures.get(1));

        String dataset = folder + "/data [1]";
        PrepareConfig config = PrepareConfig.of(images, PrepareConfig.SourceFormat.IMAGE_FOLDER, dataset)
                .withSplit(new PrepareConfig.Splits(PrepareConfig.SplitOrigin.HASH, 1, 0, 0, 0, 0))
                .withMaxRejectedFraction(1);
        RunCounts run = PrepareJob.run(spark, config).run();
        assertThat(run.added()).isEqualTo(6);
        assertThat(run.rejected()).isEqualTo(Map.of("not-an-image", 1L, "empty", 1L));
        assertThat(run.leftOut().values().stream().mapToLong(Long::longValue).sum())
                .as("%s", run.leftOut())
                .isEqualTo(3);
        assertThat(ImageDataset.open(spark, dataset).classes().names()).containsExactly("cat", "dog");
        assertThat(PrepareJob.run(spark, config).run().unchanged())
                .as("the same again")
                .isEqualTo(6);

        String output = folder + "/predictions {1}";
        for (BatchPrediction.Outcome outcome :
                List.of(new BatchPrediction.Outcome(6, 2, 0), new BatchPrediction.Outcome(0, 0, 8))) {
            assertThat(new BatchPrediction(spark, PredictConfig.standard())
                            .run(new FolderInput(spark, images), LinearSource.brightestChannel(3, 16), "v1", output))
                    .isEqualTo(outcome);
        }
    }
}
