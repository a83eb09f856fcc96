package io.resnetspark.jobs;

import io.resnetspark.jobs.command.Commands;
import picocli.CommandLine;

/** The application's main class, for {@code bin/resnet} and {@code spark-submit} alike. */
public final class ResNetCli {

    private ResNetCli() {}

    /**
     * Runs a command and ends the JVM with its exit code: 0 done, 1 failure, 2 usage or configuration, 3 bad data,
     * 4 diverged.
     */
    public static void main(String[] arguments) {
        // JavaCPP prints its version warnings past every logger unless told to use one, before its first class loads.
        System.setProperty("org.bytedeco.javacpp.logger", "slf4j");
        int exitCode = commandLine().execute(arguments);
        // In a YARN or Kubernetes driver, returning is how success is told: System.exit(0) counts as a failure there.
        boolean clusterDriver = "cluster".equals(System.getProperty("spark.submit.deployMode"));
        if (exitCode != 0 || !clusterDriver) {
            System.exit(exitCode);
        }
    }

    static CommandLine commandLine() {
        return Commands.commandLine();
    }
}
