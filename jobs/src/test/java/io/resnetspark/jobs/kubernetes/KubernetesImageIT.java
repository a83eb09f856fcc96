package io.resnetspark.jobs.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.resnetspark.jobs.TinyTraining;
import io.resnetspark.jobs.command.Commands;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image of conf/kubernetes is built, by Buildah and without a daemon, and drivers run in it as its user. Where Spark's own
 * image cannot be had, one like it takes its place: Debian with a Java, Spark's jars, and the user without a home of
 * <a href="https://github.com/apache/spark-docker">apache/spark-docker</a>. Skipped but for root with Buildah and mmdebstrap.
 */
@Tag("full")
class KubernetesImageIT {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String SPARK = "docker.io/apache/spark:4.2.0-scala2.13-java21-ubuntu";
    private static final String IMAGE = "localhost/resnet-spark:test";
    private static final String CONTAINER = "resnet-spark-test";
    private static final long LIMIT_MINUTES = 5;

    /** What {@code /opt/entrypoint.sh} of Spark's image does with the arguments of a driver's pod. */
    private static final String ENTRYPOINT = """
            #!/bin/sh
            shift # driver
            exec tini -s -- java %s -cp "/opt/spark/conf:/opt/spark/jars/*" org.apache.spark.deploy.SparkSubmit \\
                --deploy-mode client "$@"
            """.formatted(JavaModuleOptions.defaultModuleOptions());

    private static final String SPARK_IMAGE = """
            FROM scratch
            ADD debian.tar /
            RUN groupadd --system --gid=185 spark && useradd --system --uid=185 --gid=spark -d /nonexistent spark
            COPY --from=embedded --chown=spark:spark jars/ /opt/spark/jars/
            COPY entrypoint.sh /opt/
            RUN chmod a+x /opt/entrypoint.sh && mkdir /opt/spark/work-dir && chown spark:spark /opt/spark/work-dir
            ENV SPARK_HOME=/opt/spark
            WORKDIR /opt/spark/work-dir
            USER spark
            """;

    @TempDir
    Path folder;

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private int run(Path log, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES))
                    .as("%s ends", command)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return process.exitValue();
    }

    /** Buildah with a storage of this test's own. */
    private String buildah(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("buildah", "--storage-driver", "vfs"));
        command.addAll(List.of("--root", folder.resolve("storage").toString()));
        command.addAll(List.of("--runroot", folder.resolve("state").toString()));
        command.addAll(List.of(arguments));
        Path log = folder.resolve("buildah.log");
        int status = run(log, command);
        String said = Files.readString(log);
        assertThat(status).as("%s%n%s", command, said).isZero();
        return said;
    }

    /** Debian of this machine's release, with its Java. */
    private void unpackDebian() throws Exception {
        String release = Files.readString(Path.of("/etc/os-release"))
                .lines()
                .filter(line -> line.startsWith("VERSION_CODENAME="))
                .findFirst()
                .orElse("=")
                .split("=", 2)[1];
        Path log = folder.resolve("debian.log");
        int status = run(
                log,
                List.of(
                        "mmdebstrap",
                        "--variant=minbase",
                        "--include=default-jre-headless,tini",
                        release,
                        folder.resolve("debian.tar").toString()));
        assumeThat(status)
                .as("a Debian from the package index: %s", Files.readString(log))
                .isZero();
    }

    private void buildImages() throws Exception {
        Files.writeString(folder.resolve("entrypoint.sh"), ENTRYPOINT);
        Files.writeString(folder.resolve("Dockerfile"), SPARK_IMAGE);
        buildah(
                "build",
                "--isolation",
                "chroot",
                "--layers=false",
                "--build-context",
                "embedded=" + ROOT.resolve("jobs/target/spark"),
                "-t",
                SPARK,
                ".");
        buildah(
                "build",
                "--isolation",
                "chroot",
                "--layers=false",
                "--pull-never",
                "-f",
                ROOT.resolve("conf/kubernetes/Dockerfile").toString(),
                "-t",
                IMAGE,
                ROOT.toString());
        buildah("from", "--pull-never", "--name", CONTAINER, IMAGE);
    }

    /** As the pod of a driver does, whose volume is at {@code /data}. */
    private String inTheImage(Path volume, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("run", "--isolation", "chroot", "-v", volume + ":/data"));
        command.addAll(List.of("--env", "SPARK_LOCAL_HOSTNAME=localhost", CONTAINER, "--"));
        command.addAll(List.of("sh", "/opt/entrypoint.sh", "driver", "--master", "local[2]"));
        command.addAll(List.of("--class", "io.resnetspark.jobs.ResNetCli"));
        command.add("local:///opt/resnet-spark/resnet-spark.jar");
        command.addAll(arguments);
        String said = buildah(command.toArray(String[]::new));
        assertThat(said).doesNotContain("WARN ", "ERROR ");
        return said;
    }

    private static void execute(List<String> arguments) {
        List<String> command = new ArrayList<>(arguments);
        command.addAll(List.of("--master", "local[2]"));
        assertThat(Commands.commandLine().execute(command.toArray(String[]::new)))
                .isZero();
    }

    @Test
    void theImagesUserPreparesAndTrainsToTheSameBits() throws Exception {
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        assumeThat(List.of("buildah", "mmdebstrap")).allMatch(KubernetesImageIT::isOnPath);
        unpackDebian();
        buildImages();
        Path volume = Files.createDirectory(folder.resolve("data"));
        assertThat(volume.toFile().setWritable(true, false)).isTrue();
        new SyntheticImages(20, 16, 1).writeTo(volume.resolve("images"));

        inTheImage(volume, TinyTraining.prepare("/data/images", "/data/set"));
        inTheImage(volume, TinyTraining.train("/data/set", "/data/run"));

        execute(TinyTraining.prepare(
                volume.resolve("images").toString(), folder.resolve("set").toString()));
        execute(TinyTraining.train(
                folder.resolve("set").toString(), folder.resolve("run").toString()));
        assertThat(TinyTraining.state(volume.resolve("run"))).isEqualTo(TinyTraining.state(folder.resolve("run")));
        assertThat(Files.getAttribute(volume.resolve("run"), "unix:uid")).isEqualTo(185);
    }
}
