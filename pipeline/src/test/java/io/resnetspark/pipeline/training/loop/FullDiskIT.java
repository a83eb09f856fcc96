package io.resnetspark.pipeline.training.loop;

import static io.resnetspark.pipeline.training.loop.SmallTraining.run;
import static io.resnetspark.pipeline.training.loop.SmallTraining.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.TrainConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training whose disk fills up: a real file system of a few MiB in memory. Skipped where none may be mounted. */
@Tag("full")
class FullDiskIT {

    private static final int EPOCHS = 4;

    @TempDir
    Path folder;

    private Path disk;

    @BeforeEach
    void mountSmallDisk() throws IOException, InterruptedException {
        disk = Files.createDirectory(folder.resolve("disk"));
        // a checkpoint of this network takes 2.2 MiB: there is room for two
        boolean mounted = succeeds("mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", disk.toString());
        assumeTrue(mounted, "needs the right to mount a file system");
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        succeeds("umount", disk.toString());
    }

    private static boolean succeeds(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noSuchCommand) {
            return false;
        }
    }

    @Test
    void noRoomForACheckpointIsSaidAndTheRunGoesOnOnceThereIs() throws IOException, InterruptedException {
        SparkSession spark = TestDatasets.spark();
        String dataset = TestDatasets.prepareSmallImages(spark, folder, 40, 0);
        Checkpoint expected = train(spark, config(dataset, folder.resolve("roomy")));

        TrainConfig config = config(dataset, disk.resolve("run"));
        assertThatThrownBy(() -> train(spark, config))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("Cannot write checkpoint round-000006")
                .hasMessageContaining("No space left on device")
                .hasMessageContaining("Earlier checkpoints are intact");
        RunDirectory run = run(spark, config);
        assertThat(run.checkpoints()).containsExactly("round-000002", "round-000004");
        assertThat(run.newestCheckpoint().orElseThrow().position().round()).isEqualTo(4);
        assertThat(List.of(
                        Arrays.stream(disk.resolve("run/checkpoints").toFile().list())
                                .sorted()
                                .toArray()))
                .as("nothing half-written remains")
                .containsExactly("round-000002", "round-000004");

        assertThat(succeeds("mount", "-o", "remount,size=64m", disk.toString())).isTrue();
        assertThat(train(spark, config).state()).isEqualTo(expected.state());
    }

    private static TrainConfig config(String dataset, Path output) {
        TrainConfig base = SmallTraining.config(dataset, output.toString(), EPOCHS, 0.02, OnDivergence.standard());
        return base.withModel(base.model().withArch("cifar-resnet20")); // its checkpoints fill a disk;
    }
}
