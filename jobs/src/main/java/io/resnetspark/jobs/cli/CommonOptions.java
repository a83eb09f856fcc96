package io.resnetspark.jobs.cli;

import io.resnetspark.model.error.ConfigurationException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.logging.log4j.Level;
import picocli.CommandLine.Option;

/** Options of every command. */
public final class CommonOptions {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            order = 100,
            description = "Configuration laid over the defaults; may be repeated, later files win.")
    List<Path> configFiles = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            order = 101,
            description = "One configuration key, over all files; may be repeated.")
    List<String> settings = new ArrayList<>();

    @Option(
            names = "--master",
            paramLabel = "URL",
            order = 102,
            description = "Where to run: local[N], local-cluster[N,cores,MiB], spark://host:port, yarn, k8s://…; "
                    + "embedded with all local cores by default.")
    @Overrides("spark.master")
    String master;

    @Option(
            names = "--device",
            paramLabel = "TYPE",
            order = 103,
            description = "What computes: cpu (default); cuda or cudnn, one NVIDIA GPU for each task.")
    @Overrides("device.type")
    String device;

    @Option(names = "--ui", negatable = true, order = 104, description = "Spark's web interface while running.")
    @Overrides("spark.ui")
    Boolean ui;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            order = 105,
            description = "What resnet-spark logs to standard error: error, warn (default), info or debug.")
    String logLevel;

    @Option(
            names = "--outcome",
            paramLabel = "DIR",
            order = 106,
            description = "Leave outcome.json in this directory too, whatever the command writes elsewhere.")
    String outcomeDirectory;

    @Option(names = "--stacktrace", order = 107, description = "Print the stack trace of a failure.")
    boolean stackTrace;

    @Option(names = "--help", usageHelp = true, order = 108, description = "Show this help.")
    boolean help;

    /** @throws ConfigurationException if the level is none */
    Level parsedLogLevel() {
        Level level = logLevel == null ? Level.WARN : Level.getLevel(logLevel.toUpperCase(Locale.ROOT));
        if (level == null) {
            throw new ConfigurationException("--log-level is error, warn, info or debug, not %s".formatted(logLevel));
        }
        return level;
    }

    /** These options as they would be typed, for a command that runs others. */
    List<String> toArguments() {
        List<String> arguments = new ArrayList<>();
        configFiles.forEach(file -> arguments.addAll(List.of("--config", file.toString())));
        settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        if (master != null) {
            arguments.addAll(List.of("--master", master));
        }
        if (device != null) {
            arguments.addAll(List.of("--device", device));
        }
        if (ui != null) {
            arguments.add(ui ? "--ui" : "--no-ui");
        }
        if (logLevel != null) {
            arguments.addAll(List.of("--log-level", logLevel));
        }
        if (stackTrace) {
            arguments.add("--stacktrace");
        }
        return arguments;
    }
}
