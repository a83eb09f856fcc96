package io.resnetspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.jobs.ResNetCli;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import io.resnetspark.pipeline.registry.ModelRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a scheduler sees it: exit codes, outcome.json, and a process that is killed with SIGKILL. */
class RetrainCommandIT {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void firstDay() throws IOException {
        new SyntheticImages(8, 16, 1).writeTo(directory.resolve("incoming/day-01/train"));
        new SyntheticImages(6, 16, 2).writeTo(directory.resolve("incoming/day-01/test"));
        Files.writeString(directory.resolve("retrain.conf"), """
            registry.path = "%1$s/registry"
            retrain {
              incoming = "%1$s/incoming", dataset = "%1$s/dataset", work = "%1$s/work", model = shapes
              admission.minimum-agreement = 0
              trigger.minimum-images = 10
              challenger { replay = 1, epochs = 2, learning-rate = 0.001 }
              promotion {
                minimum-gain = -1, minimum-gain-low = -1, minimum-fresh-gain-low = -1, maximum-class-loss = 1
                maximum-ece = 1, maximum-ece-gain = 1, maximum-slowdown = 1000
              }
            }
            prepare { format = image-folder, split { train = 0.8, val = 0, test = 0.2 } }
            train {
              arch = "cifar-resnet20+blocks=1-1-1+widths=8-8-16", input-size = 16, workers = 2, batch-size = 8, epochs = 2, threads-per-worker = 1
            }
            """.formatted(directory));
    }

    private List<String> arguments(String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("retrain", "--master", "local[2]", "--no-ui", "--exit-code", "--config"));
        arguments.add(directory.resolve("retrain.conf").toString());
        arguments.addAll(List.of(options));
        return arguments;
    }

    private int retrain(String... options) {
        out.getBuffer().setLength(0);
        return Commands.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments(options).toArray(String[]::new));
    }

    private JsonNode outcome() throws IOException {
        return new ObjectMapper()
                .readTree(directory.resolve("work/outcome.json").toFile());
    }

    private int versions() {
        return ModelRegistry.at(directory.resolve("registry").toString(), new Configuration())
                .model("shapes")
                .state()
                .versions()
                .size();
    }

    private List<Path> everything() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.sorted().toList();
        }
    }

    @Test
    void aKilledProcessIsContinuedAndExitCodesSayWhatCameOut() throws Exception {
        List<Path> before = everything();
        assertThat(retrain("--dry-run")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("Would begin cycle 1", "day-01", "no champion");
        assertThat(everything()).as("a dry run changes nothing").isEqualTo(before);

        assertThat(retrain()).as(err.toString()).isZero();
        assertThat(out.toString()).contains("promoted version 1");
        assertThat(outcome().at("/outputs/verdict").asText()).isEqualTo("promoted");
        assertThat(outcome().at("/step_seconds/train").asDouble()).isPositive();

        new SyntheticImages(6, 16, 3).writeTo(directory.resolve("incoming/day-02"));
        killWhileTraining();
        assertThat(retrain("--dry-run")).isZero();
        assertThat(out.toString()).contains("Would continue cycle 2", "at its step train");
        assertThat(retrain()).as("%s %s", out, err).isZero();
        assertThat(out.toString()).contains("Cycle 2: promoted version 2");
        assertThat(versions()).isEqualTo(2);

        assertThat(retrain()).isZero();
        assertThat(out.toString()).contains("Nothing new");
        assertThat(versions()).isEqualTo(2);

        Path broken = Files.createDirectories(directory.resolve("incoming/day-03/disc"));
        Files.writeString(broken.resolve("broken.png"), "no image");
        assertThat(retrain()).isEqualTo(5);
        assertThat(outcome().get("status").asText()).isEqualTo("not-promoted");
        assertThat(outcome().get("message").asText()).contains("day-03 was refused");
        assertThat(directory.resolve("work/index.html")).content().contains("day-03");
    }

    /** Runs the command in a process of its own until the file of the step before training is there. */
    private void killWhileTraining() throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-XX:+Ignore"))
                .forEach(command::add);
        command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path"), ResNetCli.class.getName()));
        command.addAll(arguments());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("killed.log").toFile())
                .start();
        try {
            Path assessed = directory.resolve("work/cycles/000002/2-assess.json");
            while (!Files.exists(assessed)) {
                assertThat(process.isAlive()).as(this::log).isTrue();
                Thread.sleep(5);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(directory.resolve("work/cycles/000002/3-train.json")).doesNotExist();
    }

    private String log() {
        try {
            return Files.readString(directory.resolve("killed.log"));
        } catch (IOException e) {
            return Arrays.toString(e.getStackTrace());
        }
    }

    @Test
    void whatTheConfigurationLacksIsSaidTogether() {
        assertThat(Commands.commandLine()
                        .setErr(new PrintWriter(err, true))
                        .execute("retrain", "--set", "retrain.model=a b", "--set", "retrain.lock.lease=1s"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("retrain.incoming", "retrain.dataset", "retrain.lock.lease");
    }
}
