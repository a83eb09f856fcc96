package io.resnetspark.jobs.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.jobs.ResNetCli;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {

    private static final List<String> ARGUMENTS = List.of("train", "--master", "spark://host:7077");

    @TempDir
    private Path folder;

    private Path script(String name) throws Exception {
        Path script = folder.resolve(name);
        Files.createDirectories(script.getParent());
        Files.writeString(script, "#!/bin/sh\nfor each; do echo \"$each\"; done\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }

    private static Properties properties(String... keysAndValues) {
        Properties properties = new Properties();
        properties.putAll(System.getProperties());
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.setProperty(keysAndValues[i], keysAndValues[i + 1]);
        }
        return properties;
    }

    private static List<String> output(ProcessBuilder command) throws Exception {
        Process process = command.redirectErrorStream(true).start();
        List<String> lines =
                new String(process.getInputStream().readAllBytes()).lines().toList();
        assertThat(process.waitFor()).isZero();
        return lines;
    }

    @Test
    void whatBinResnetStartedGoesThroughBinResnet() throws Exception {
        Map<String, String> environment =
                Map.of(Launcher.LAUNCHER_VARIABLE, script("resnet").toString());
        ProcessBuilder command = Launcher.ofThisProcess(ResNetCli.class.getName(), environment, properties())
                .command(ARGUMENTS);
        assertThat(command.environment()).containsEntry("RESNET_BUILD", "never");
        assertThat(output(command)).isEqualTo(ARGUMENTS);
    }

    @Test
    void whatSparkSubmitStartedGoesThroughSparkSubmitWithItsSettings() throws Exception {
        script("spark/bin/spark-submit");
        String jar = Path.of(ResNetCli.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
        Properties properties = properties(
                "spark.submit.deployMode", "client",
                "spark.master", "local[*]",
                "spark.executor.memory", "3g",
                "spark.app.name", "schedule",
                "spark.jars", "file:" + jar + ",file:/more.jar",
                "spark.hadoop.fs.s3a.secret.key", "hunter2");
        Map<String, String> environment =
                Map.of("SPARK_HOME", folder.resolve("spark").toString());
        List<String> words = output(Launcher.ofThisProcess(ResNetCli.class.getName(), environment, properties)
                .command(ARGUMENTS));
        assertThat(words)
                .startsWith("--class", ResNetCli.class.getName())
                .endsWith(jar, "train", "--master", "spark://host:7077")
                .contains("spark.executor.memory=3g", "spark.master=spark://host:7077", "spark.jars=file:/more.jar")
                .noneMatch(word -> word.contains("hunter2") || word.contains("spark.app.name"));
    }

    @Test
    void anyOtherProcessStartsItsOwnKindOfJvm() throws Exception {
        List<String> words = Launcher.ofThisProcess(TestPrograms.class.getName(), Map.of(), properties())
                .command(List.of("exit", "0"))
                .command();
        assertThat(words.get(0)).endsWith("/bin/java");
        // Spark on Java 17 does not start without them.
        assertThat(words).anyMatch(word -> word.startsWith("--add-opens=java.base/java.lang="));
        assertThat(output(Launcher.ofThisProcess(TestPrograms.class.getName(), Map.of(), properties())
                        .command(List.of("exit", "0"))))
                .contains("running [exit, 0]");
    }
}
