package io.resnetspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.jobs.quickstart.SyntheticImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher as users start it, on what was built: from anywhere, through links, with any names, under any locale. */
class BinResnetIT {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** What it exits with and all that it prints. */
    private record Ended(int exitCode, String output) {}

    @TempDir
    Path folder;

    private Path work;

    @BeforeEach
    void workInAFolderWithAName() throws IOException {
        work = Files.createDirectories(folder.resolve("Bilder für heute"));
    }

    private Ended run(Path launcher, Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("RESNET_BUILD", "never");
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), Files.readString(output));
    }

    private List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void linksToItWorkFromAnyDirectory() throws Exception {
        Path direct = Files.createSymbolicLink(folder.resolve("direct"), ROOT.resolve("bin/resnet"));
        Path relative = Files.createSymbolicLink(work.resolve("re net"), Path.of("..", "direct"));
        Ended ended = run(relative, Map.of(), "inspect", "--arch", "myresnet");
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("314,178 parameters");
        assertThat(names(work)).as("nothing is left behind").containsExactly("re net");
    }

    /** As cron, containers and systemd start it. The output is there the second time. */
    @Test
    void namesOfAnyLetterSurviveALocaleWithoutThem() throws Exception {
        new SyntheticImages(2, 16, 1).writeTo(work.resolve("Fotos ä/größe"));
        String[] prepare = {
            "prepare", "--no-ui", "--format", "image-folder", "--input", "Fotos ä/größe", "--output", "Daten é"
        };
        for (String outcome : List.of("12 added", "0 added")) {
            Ended ended = run(ROOT.resolve("bin/resnet"), Map.of("LC_ALL", "C", "LANG", "C"), prepare);
            assertThat(ended.exitCode()).as(ended.output()).isZero();
            assertThat(ended.output()).contains("Seen 12: " + outcome);
        }
        assertThat(names(work)).as("and nothing else").containsExactly("Daten é", "Fotos ä");
    }

    @Test
    void anApplicationInAFolderWithANameRuns() throws Exception {
        Path root = Files.createDirectories(folder.resolve("meine Programme ß/resnet"));
        Path launcher = Files.createDirectories(root.resolve("bin")).resolve("resnet");
        Files.copy(ROOT.resolve("bin/resnet"), launcher);
        Ended missing = run(launcher, Map.of(), "inspect", "--arch", "myresnet");
        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.output()).contains("RESNET_BUILD is never", "./mvnw");

        Path target = Files.createDirectories(root.resolve("jobs/target"));
        Files.createSymbolicLink(target.resolve("resnet-spark.jar"), ROOT.resolve("jobs/target/resnet-spark.jar"));
        Files.createSymbolicLink(target.resolve("spark"), ROOT.resolve("jobs/target/spark"));
        Ended ended = run(launcher, Map.of("LC_ALL", "C"), "inspect", "--arch", "myresnet");
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("314,178 parameters");
    }

    /** Everything that git would give somebody else, built on first use: the application and the benchmarks beside it. */
    @Test
    @Tag("full")
    void benchmarksRunFromACleanClone() throws Exception {
        Path list = folder.resolve("files");
        Process git = new ProcessBuilder("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
                .directory(ROOT.toFile())
                .redirectOutput(list.toFile())
                .start();
        assumeTrue(git.waitFor() == 0, "needs a checkout of git");
        Path clone = folder.resolve("clone");
        for (String name : Files.readString(list).split("\0")) {
            Path source = ROOT.resolve(name);
            if (Files.isRegularFile(source)) {
                Path target = clone.resolve(name);
                Files.createDirectories(target.getParent());
                Files.copy(source, target, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        String[] bench = {
            "bench", "--systems", "ours", "--networks", "cifar-resnet20", "--batch-size", "4", "--budget-minutes", "0.1"
        };
        Ended ended = run(clone.resolve("bin/resnet"), Map.of("RESNET_BUILD", "auto"), bench);
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("first use: building", "building the benchmarks", "cifar-resnet20@32 b4");
        assertThat(names(work)).as("nothing is left behind").isEmpty();
    }

    @Test
    void whatItCannotUseIsSaid() throws Exception {
        Ended noJava = run(ROOT.resolve("bin/resnet"), Map.of("JAVA_HOME", work.toString()), "doctor");
        assertThat(noJava.exitCode()).isEqualTo(2);
        assertThat(noJava.output()).contains("JAVA_HOME", "JDK 17");
        Ended noSpark = run(ROOT.resolve("bin/resnet"), Map.of("SPARK_HOME", ""), "train", "--master", "yarn");
        assertThat(noSpark.exitCode()).isEqualTo(2);
        assertThat(noSpark.output()).contains("yarn", "SPARK_HOME");
    }
}
