package io.resnetspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.resnetspark.jobs.command.Commands;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher on each other Java that it is meant for: images to report, not one warning of the JVM, and the bits of this
 * one. A Java that is neither in {@code RESNET_JAVA_NN} nor in {@code /usr/lib/jvm} is skipped.
 */
@Tag("full")
class JavaVersionsIT {

    @TempDir
    static Path folder;

    /** The reference is this JVM's. */
    @BeforeAll
    static void drawAndTrain() throws IOException {
        new SyntheticImages(20, 16, 1).writeTo(folder.resolve("images"));
        String data = folder.resolve("data").toString();
        for (List<String> command : List.of(prepare(data), train(data, "run"))) {
            assertThat(Commands.commandLine().execute(command.toArray(String[]::new)))
                    .isZero();
        }
    }

    private static List<String> prepare(String data) {
        return onTwoCores(TinyTraining.prepare(folder.resolve("images").toString(), data));
    }

    private static List<String> train(String data, String run) {
        return onTwoCores(TinyTraining.train(data, folder.resolve(run).toString()));
    }

    private static List<String> onTwoCores(List<String> arguments) {
        List<String> command = new ArrayList<>(arguments);
        command.addAll(List.of("--master", "local[2]"));
        return command;
    }

    private static Optional<Path> home(int feature) throws IOException {
        String named = System.getenv("RESNET_JAVA_" + feature);
        if (named != null) {
            return Optional.of(Path.of(named));
        }
        if (Runtime.version().feature() == feature) {
            return Optional.of(Path.of(System.getProperty("java.home")));
        }
        Path installed = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(installed)) {
            return Optional.empty();
        }
        try (Stream<Path> homes = Files.list(installed)) {
            return homes.filter(home -> Files.isExecutable(home.resolve("bin/java")))
                    .filter(home -> isOf(home, feature))
                    .findFirst();
        }
    }

    private static boolean isOf(Path home, int feature) {
        try {
            return Files.readString(home.resolve("release")).contains("JAVA_VERSION=\"%d".formatted(feature));
        } catch (IOException e) {
            return false;
        }
    }

    private static String resnet(Path javaHome, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of("..", "bin", "resnet").toAbsolutePath().normalize().toString()));
        command.addAll(arguments);
        Path log = Files.createTempFile(folder, "said-", ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("RESNET_BUILD", "never");
        builder.environment().put("JAVA_HOME", javaHome.toString());
        builder.environment().remove("JDK_JAVA_OPTIONS"); // of which Java would speak
        builder.environment().put("RESNET_JAVA_OPTS", "-XX:TieredStopAtLevel=1"); // it lives for seconds
        builder.environment().remove("SPARK_HOME");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(log);
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).doesNotContainIgnoringCase("warning", "deprecated", "illegal", "WARN ");
        return said;
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 25})
    void imagesBecomeAReportWithoutAWarning(int feature) throws Exception {
        Optional<Path> home = home(feature);
        assumeThat(home).as("Java %d", feature).isPresent();
        String data = folder.resolve("data-" + feature).toString();
        String run = "run-" + feature;
        resnet(home.get(), prepare(data));
        resnet(home.get(), train(data, run));
        String evaluated = resnet(
                home.get(),
                onTwoCores(List.of(
                        "evaluate",
                        "--no-ui",
                        "--data",
                        data,
                        "--split",
                        "test",
                        "--model",
                        folder.resolve(run).toString(),
                        "--output",
                        folder.resolve("report-" + feature).toString())));
        assertThat(evaluated).contains("top-1");
        assertThat(TinyTraining.state(folder.resolve(run))).isEqualTo(TinyTraining.state(folder.resolve("run")));
    }
}
