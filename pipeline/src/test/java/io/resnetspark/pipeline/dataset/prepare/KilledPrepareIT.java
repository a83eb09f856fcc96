package io.resnetspark.pipeline.dataset.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.dataset.DatasetManifest;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.ImageFolders;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.PrepareConfig.SourceFormat;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.dataset.prepare.PrepareOutcome.Change;
import io.resnetspark.pipeline.dataset.prepare.PrepareUntilKilled.Then;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A prepare that is killed with SIGKILL changes nothing, and the next one ends as if it had not been. */
@Tag("full")
class KilledPrepareIT {

    @TempDir
    Path temporary;

    private final SparkSession spark = TestDatasets.spark();
    private Path folder;
    private String output;
    private PrepareConfig config;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = temporary.resolve("images");
        output = temporary.resolve("dataset").toString();
        config = PrepareConfig.of(folder.toString(), SourceFormat.IMAGE_FOLDER, output);
        ImageFolders.writeClass(folder.resolve("a"), 0, 12);
        ImageFolders.writeClass(folder.resolve("b"), 100, 12);
    }

    @Test
    void killedAfterTheFirstCommitOfTheTable() throws Exception {
        killAt(PrepareStep.SUMMARISE, Then.WAIT);

        assertThatThrownBy(() -> ImageDataset.open(spark, output)).isInstanceOf(BadDataException.class);
        assertThat(PrepareJob.run(spark, config).change()).isEqualTo(Change.CREATED);
        assertSameAsUndisturbed(1);
    }

    @Test
    void killedBetweenTheCommitOfTheTableAndThePublicationOfANewVersion() throws Exception {
        PrepareJob.run(spark, config);
        DatasetManifest before = ImageDataset.open(spark, output).manifest();
        ImageFolders.writeClass(folder.resolve("c"), 200, 8);

        killAt(PrepareStep.PUBLISH, Then.WAIT);

        assertThat(ImageDataset.open(spark, output).manifest()).isEqualTo(before);
        assertThat(ExampleIndex.build(spark, ImageDataset.open(spark, output), Split.TRAIN)
                        .size())
                .isEqualTo((int) before.split(Split.TRAIN).images());
        assertThat(PrepareJob.run(spark, config).change()).isEqualTo(Change.EXTENDED);
        assertSameAsUndisturbed(2);
    }

    @Test
    void killedWhileWritingImages() throws Exception {
        killAt(PrepareStep.APPEND, Then.GO_ON);

        PrepareJob.run(spark, config);
        assertSameAsUndisturbed(1);
    }

    private void assertSameAsUndisturbed(int version) {
        String undisturbed = temporary.resolve("undisturbed").toString();
        DatasetManifest expected = PrepareJob.run(
                        spark, PrepareConfig.of(folder.toString(), SourceFormat.IMAGE_FOLDER, undisturbed))
                .manifest();
        ImageDataset dataset = ImageDataset.open(spark, output);
        assertThat(dataset.version()).isEqualTo(version);
        assertThat(dataset.manifest().content().fingerprint())
                .isEqualTo(expected.content().fingerprint());
        assertThat(dataset.manifest().content().splits())
                .isEqualTo(expected.content().splits());
        assertThat(dataset.manifest().content().trainPixels())
                .isEqualTo(expected.content().trainPixels());
        for (Split split : Split.values()) {
            assertThat(ExampleIndex.build(spark, dataset, split).size()).isEqualTo((int) dataset.images(split));
        }
    }

    private void killAt(PrepareStep step, Then then) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-XX:+Ignore"))
                .forEach(command::add);
        // A program that lives for seconds is not worth optimising.
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(
                List.of(PrepareUntilKilled.class.getName(), folder.toString(), output, step.name(), then.name()));
        Process process = new ProcessBuilder(command)
                .redirectError(new File(temporary.toFile(), "killed.log"))
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            while (line != null && !line.equals(PrepareUntilKilled.REACHED)) {
                line = out.readLine();
            }
            assertThat(line)
                    .as("the program's last line; its log is killed.log")
                    .isNotNull();
            if (then == Then.GO_ON) {
                process.waitFor(1, TimeUnit.SECONDS);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
