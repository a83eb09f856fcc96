package io.resnetspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.jobs.quickstart.SyntheticImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
            Ended ended = run(
                    ROOT.resolve("bin/resnet"), Map.of("LC_ALL", "C", "LANG", "C", "JDK_JAVA_OPTIONS", ""), prepare);
            assertThat(ended.exitCode()).as(ended.output()).isZero();
            assertThat(ended.output())
                    .contains("Seen 12: " + outcome)
                    .doesNotContainIgnoringCase("warning", "deprecated", "illegal", "WARN ");
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

    /** The archive is there with all tests only: elsewhere it would take longer than it saves. */
    @Test
    @Tag("full")
    void classesComeFromTheArchive() throws Exception {
        Path log = folder.resolve("classes");
        Ended ended = run(
                ROOT.resolve("bin/resnet"),
                Map.of("RESNET_JAVA_OPTS", "-Xlog:class+load:file=" + log),
                "inspect",
                "--arch",
                "myresnet");
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(log).content().contains("io.resnetspark.jobs.ResNetCli source: shared objects file (top)");
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
        Ended noSpark =
                run(ROOT.resolve("bin/resnet"), Map.of("SPARK_HOME", ""), "train", "--master", "mesos://host:5050");
        assertThat(noSpark.exitCode()).isEqualTo(2);
        assertThat(noSpark.output()).contains("mesos://host:5050", "SPARK_HOME");
        Ended noYarn = run(
                ROOT.resolve("bin/resnet"),
                Map.of("SPARK_HOME", "", "HADOOP_CONF_DIR", "", "YARN_CONF_DIR", ""),
                "train",
                "--master",
                "yarn");
        assertThat(noYarn.exitCode()).isEqualTo(2);
        assertThat(noYarn.output()).contains("HADOOP_CONF_DIR", "yarn-site.xml");
    }

    /** By the names of their jars alone: nothing of Spark is started. */
    @ParameterizedTest
    @CsvSource({
        "spark-core_2.12-3.4.4.jar, Spark 3.4.4 for Scala 2.12",
        "spark-core_2.13-3.5.9.jar, Take Spark 3.5 for Scala 2.12",
        "spark-core_2.13-4.0.0.jar, Take 4.0.1 or later",
        "spark-network-common_2.13-4.2.0.jar, holds no Spark"
    })
    void aSparkThatDoesNotFitIsRefused(String core, String said) throws Exception {
        Ended ended = run(ROOT.resolve("bin/resnet"), Map.of("SPARK_HOME", sparkHome(core)), "doctor");
        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.output()).contains(said);
    }

    /** A Java that tells its version and nothing else. */
    @Test
    void javasThatSpark35DoesNotRunOnAreRefusedThere() throws Exception {
        Path java = program(
                folder.resolve("jdk/bin/java"), "echo 'openjdk version \"25.0.1\" 2025-10-21' >&2; echo \"$@\"");
        Map<String, String> environment = new HashMap<>();
        environment.put("JAVA_HOME", java.getParent().getParent().toString());
        environment.put("SPARK_HOME", sparkHome("spark-core_2.12-3.5.9.jar"));
        Ended refused = run(ROOT.resolve("bin/resnet"), environment, "doctor");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.output()).contains("Spark 3.5.9 (SPARK_HOME) does not run on Java 25");
        environment.put("SPARK_HOME", "");
        Ended taken = run(ROOT.resolve("bin/resnet"), environment, "doctor");
        assertThat(taken.exitCode()).isZero();
        assertThat(taken.output())
                .contains("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")
                .doesNotContain("sun.security.action");
    }

    /** What spark-submit of one's own Spark is given: Delta Lake for that Spark beside what the user adds. */
    @ParameterizedTest
    @CsvSource({
        "spark-core_2.12-3.5.6-amzn-0.jar, delta/3.5/delta-spark_2.12",
        "spark-core_2.13-4.0.1.jar, delta/4.0/delta-spark_4.0_2.13",
        "spark-core_2.13-4.1.2.jar, delta/4.1/delta-spark_4.1_2.13"
    })
    void deltaLakeFitsTheSparkFound(String core, String delta) throws Exception {
        Map<String, String> environment =
                Map.of("SPARK_HOME", sparkHome(core), "RESNET_SUBMIT_OPTS", "--jars /opt/one.jar");
        Ended ended = run(ROOT.resolve("bin/resnet"), environment, "doctor");
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(ended.output())
                .contains("--jars /opt/one.jar,", delta, "/delta-storage-", "log4j2.configurationFile")
                .containsOnlyOnce("--jars");
    }

    /** A Spark of nothing but a jar's name, whose spark-submit says what it is told. */
    private String sparkHome(String core) throws IOException {
        Path home = Files.createTempDirectory(folder, "spark-");
        Files.createFile(Files.createDirectory(home.resolve("jars")).resolve(core));
        program(home.resolve("bin/spark-submit"), "echo \"$@\" $SPARK_SUBMIT_OPTS");
        return home.toString();
    }

    private static Path program(Path path, String commands) throws IOException {
        Files.createDirectories(path.getParent());
        Files.writeString(path, "#!/bin/sh\n" + commands + "\n");
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    }
}
