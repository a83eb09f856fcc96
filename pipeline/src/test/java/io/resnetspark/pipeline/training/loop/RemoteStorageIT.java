package io.resnetspark.pipeline.training.loop;

import static io.resnetspark.pipeline.training.loop.SmallTraining.plugPulledAfter;
import static io.resnetspark.pipeline.training.loop.SmallTraining.run;
import static io.resnetspark.pipeline.training.loop.SmallTraining.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.dataset.prepare.PrepareJob;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.storage.HdfsStorage;
import io.resnetspark.pipeline.storage.S3Storage;
import io.resnetspark.pipeline.storage.TestStorage;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dataset, run and checkpoints on HDFS and on an S3 API end in the bits of the same training on the local disk. */
@Tag("full")
class RemoteStorageIT {

    @RegisterExtension
    static final HdfsStorage HDFS = new HdfsStorage();

    @RegisterExtension
    static final S3Storage S3 = new S3Storage();

    @TempDir
    static java.nio.file.Path folder;

    private static final int EPOCHS = 4;

    private static SparkSession spark;
    private static String localDataset;
    private static Checkpoint expected;

    @BeforeAll
    static void trainLocally() {
        spark = TestDatasets.spark();
        HDFS.configure(spark.sparkContext().hadoopConfiguration());
        S3.configure(spark.sparkContext().hadoopConfiguration());
        localDataset = TestDatasets.small();
        expected = train(spark, config(localDataset, folder.resolve("run").toString(), EPOCHS));
    }

    private static TrainConfig config(String dataset, String output, int epochs) {
        return SmallTraining.config(dataset, output, epochs, 0.02, OnDivergence.standard());
    }

    static Stream<TestStorage> storages() {
        return Stream.of(HDFS, S3);
    }

    @ParameterizedTest
    @MethodSource("storages")
    void preparedTrainedKilledAndResumedThereEqualsTheLocalRun(TestStorage storage) throws IOException {
        String directory = storage.newDirectory();
        String dataset = directory + "/dataset";
        PrepareJob.run(
                spark,
                PrepareConfig.of(
                                TestDatasets.smallImages().toString(), PrepareConfig.SourceFormat.IMAGE_FOLDER, dataset)
                        .withSplit(new PrepareConfig.Splits(PrepareConfig.SplitOrigin.SOURCE, 1, 0, 0, 0, 0)));
        TrainConfig config = config(dataset, directory + "/run", EPOCHS);
        assertThatThrownBy(() -> train(spark, config, plugPulledAfter(5))).hasMessageContaining("plug");

        RunDirectory run = run(spark, config);
        assertThat(run.checkpoints()).containsExactly("round-000002", "round-000004");
        damage(storage, new Path(config.run().output(), "checkpoints/round-000004/model.safetensors"));
        leaveHalfACheckpoint(storage, new Path(config.run().output(), "checkpoints/round-000006"));
        assertThatThrownBy(() -> run.readCheckpoint("round-000004")).isInstanceOf(BadDataException.class);
        assertThat(run.newestCheckpoint().orElseThrow().position().round())
                .as("the one before")
                .isEqualTo(2);

        assertThat(train(spark, config).state()).isEqualTo(expected.state());
        String best = run.best().orElseThrow().checkpoint();
        assertThat(run.checkpoints())
                .as("the newest two and the best")
                .contains("round-000006", "round-000008", best)
                .hasSizeLessThanOrEqualTo(3);
        assertThat(run.checkpoints()).allSatisfy(name -> run.readCheckpoint(name));
        assertThat(storage.fileSystem().listStatus(new Path(config.run().output(), "checkpoints")))
                .as("nothing unfinished remains")
                .hasSameSizeAs(run.checkpoints());
    }

    @Test
    void noRoomForACheckpointIsSaidAndTheOneBeforeIsIntact() throws IOException {
        TrainConfig config = config(localDataset, HDFS.newDirectory() + "/run", EPOCHS);
        Path checkpoints = new Path(config.run().output(), "checkpoints");
        TrainingListener fillsTheDisk = new TrainingListener() {
            @Override
            public void roundDone(RoundMetrics metrics) {
                if (metrics.epoch() == 2) {
                    quota(checkpoints, 1024);
                }
            }
        };
        assertThatThrownBy(() -> train(spark, config, fillsTheDisk))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("Cannot write checkpoint round-000006")
                .hasMessageContaining("quota")
                .hasMessageContaining("Earlier checkpoints are intact")
                .hasMessageContaining("--resume");
        RunDirectory run = run(spark, config);
        assertThat(run.checkpoints()).containsExactly("round-000002", "round-000004");
        assertThat(run.readCheckpoint("round-000004").position().round()).isEqualTo(4);
        assertThat(HDFS.fileSystem().listStatus(checkpoints)).hasSize(2);

        quota(checkpoints, HdfsConstants.QUOTA_RESET);
        assertThat(train(spark, config).state()).isEqualTo(expected.state());
    }

    private static void quota(Path directory, long bytes) {
        try {
            HDFS.administration().setQuota(directory, HdfsConstants.QUOTA_DONT_SET, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void damage(TestStorage storage, Path file) throws IOException {
        FileSystem fileSystem = storage.fileSystem();
        byte[] content;
        try (var in = fileSystem.open(file)) {
            content = in.readAllBytes();
        }
        content[content.length / 2] ^= 1;
        try (OutputStream out = fileSystem.create(file, true)) {
            out.write(content);
        }
    }

    /** What a writer leaves on an object store that is killed before it has written the checksum list. */
    private static void leaveHalfACheckpoint(TestStorage storage, Path directory) throws IOException {
        for (String name : List.of("model.safetensors", "optimizer.safetensors")) {
            try (OutputStream out = storage.fileSystem().create(new Path(directory, name), true)) {
                out.write(new byte[1000]);
            }
        }
    }
}
