package io.resnetspark.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.jobs.command.Commands;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.MetricsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More workers than this machine has cores, in several executor processes: averaging them is what it is with any number. */
@Tag("full")
class ManyWorkersIT {

    @TempDir
    static Path folder;

    @BeforeAll
    static void prepare() throws Exception {
        new SyntheticImages(64, 16, 1).writeTo(folder.resolve("images"));
        resnet(
                "prepare",
                "--master",
                "local[2]",
                "--format",
                "image-folder",
                "--input",
                folder.resolve("images").toString(),
                "--split",
                "train=0.9,val=0.05,test=0.05",
                "--output",
                folder.resolve("dataset").toString());
    }

    /** In this JVM, or in one of its own below the folder, where a {@code local-cluster} makes its work folder. */
    private static void resnet(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--no-ui");
        if (all.stream().noneMatch(argument -> argument.startsWith("local-cluster"))) {
            assertThat(Commands.commandLine().execute(all.toArray(String[]::new)))
                    .isZero();
            return;
        }
        all.add(0, Path.of("..", "bin", "resnet").toAbsolutePath().normalize().toString());
        Path log = Files.createTempFile(folder, "said-", ".log");
        ProcessBuilder builder = new ProcessBuilder(all)
                .directory(folder.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("RESNET_BUILD", "never");
        builder.environment().remove("SPARK_HOME");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(6, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    }

    private static RunDirectory train(String master, int workers, String name) throws Exception {
        resnet(
                "train",
                "--master",
                master,
                "--data",
                folder.resolve("dataset").toString(),
                "--arch",
                "cifar-resnet20+blocks=1-1-1+widths=8-8-16",
                "--input-size",
                "16",
                "--workers",
                Integer.toString(workers),
                "--averaging-frequency",
                "1",
                "--batch-size",
                "4",
                "--epochs",
                "1",
                "--set",
                "train.threads-per-worker=1",
                "--set",
                "spark.conf={spark.executorEnv.OMP_NUM_THREADS: \"1\"}",
                "--output",
                folder.resolve(name).toString());
        return RunDirectory.at(folder.resolve(name).toString(), new Configuration());
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32})
    void executorsDoNotShowInTheResult(int workers) throws Exception {
        RunDirectory here = train("local[2]", workers, "here-" + workers);
        RunDirectory apart = train("local-cluster[2,%d,1024]".formatted(workers / 2), workers, "apart-" + workers);
        assertThat(MetricsFile.read(apart).rounds())
                .hasSameSizeAs(MetricsFile.read(here).rounds())
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(round -> assertThat(round.learning().examples()).isPositive());
        assertThat(apart.newestCheckpoint().orElseThrow())
                .isEqualTo(here.newestCheckpoint().orElseThrow());
    }
}
