package io.resnetspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/resnet} with a Java that says what it is started with. */
class LauncherScriptTest {

    @TempDir
    Path root;

    @BeforeEach
    void makeApplication() throws IOException {
        Files.createDirectories(root.resolve("jobs/target/spark/jars"));
        Files.createFile(root.resolve("jobs/target/resnet-spark.jar"));
        Files.createDirectories(root.resolve("bin"));
        Files.copy(Path.of("../bin/resnet"), root.resolve("bin/resnet"));
        Path java = Files.createDirectories(root.resolve("java/bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                if [ "$1" = -version ]; then echo 'openjdk version "17.0.1"' >&2; else echo "LC_ALL=$LC_ALL"; fi
                """);
        assertThat(java.toFile().setExecutable(true)).isTrue();
    }

    private String run(Map<String, String> environment) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder("bash", root.resolve("bin/resnet").toString(), "doctor").redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("JAVA_HOME", root.resolve("java").toString());
        builder.environment().put("RESNET_BUILD", "never");
        builder.environment().remove("SPARK_HOME");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.strip();
    }

    @Test
    void javaGetsALocaleThatCanNameAnyFile() throws Exception {
        assertThat(run(Map.of("LC_ALL", "C"))).isIn("LC_ALL=C.UTF-8", "LC_ALL=en_US.UTF-8");
        assertThat(run(Map.of("LC_ALL", "C.UTF-8"))).isEqualTo("LC_ALL=C.UTF-8");
    }
}
