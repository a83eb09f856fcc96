package io.resnetspark.jobs.cli;

import io.resnetspark.jobs.config.ConfigLoader;
import io.resnetspark.jobs.config.ResolvedConfig;
import io.resnetspark.jobs.outcome.ExitStatus;
import io.resnetspark.jobs.outcome.Failure;
import io.resnetspark.jobs.outcome.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.logging.log4j.core.config.Configurator;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/**
 * What every command does around its own work: layer the configuration, run, close Spark, tell a failure in the user's
 * terms, leave {@code outcome.json}. Options annotated with {@link Overrides} become configuration by themselves.
 */
public abstract class JobCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    /**
     * Does the work.
     *
     * @return how it came out
     * @throws Exception anything; {@link Failure#of} decides what the user sees
     */
    protected abstract Conclusion run(Job job) throws Exception;

    /** Where {@code outcome.json} goes, if anywhere: the directory the options name. */
    protected Optional<String> outputDirectory() {
        return Optional.empty();
    }

    /** The options that all commands share, as they were given to this one. */
    protected final List<String> commonArguments() {
        return common.toArguments();
    }

    /** This command as it was parsed: its streams are where it writes. */
    protected final CommandLine commandLine() {
        return spec.commandLine();
    }

    @Override
    public final Integer call() {
        Instant start = Instant.now();
        long startNanos = System.nanoTime();
        Job job = null;
        ExitStatus status;
        String message;
        try {
            Configurator.setLevel("io.resnetspark", common.parsedLogLevel());
            job = new Job(name(), configuration(), spec.commandLine().getOut());
            Conclusion conclusion = run(job);
            status = conclusion.status();
            message = conclusion.message();
            job.print(message);
        } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError | AssertionError e) {
            Failure failure = Failure.of(e);
            status = failure.status();
            message = failure.message();
            report(failure);
        }
        writeOutcome(job, status, message, start, (System.nanoTime() - startNanos) / 1e9);
        if (job != null) {
            job.close();
        }
        return status.code();
    }

    /** As it is typed after {@code resnet}, for example {@code registry list}. */
    private String name() {
        String qualified = spec.qualifiedName();
        return qualified.substring(qualified.indexOf(' ') + 1);
    }

    private ResolvedConfig configuration() throws IllegalAccessException {
        ConfigLoader loader = ConfigLoader.shippedDefaults();
        for (Path file : common.configFiles) {
            loader = loader.withFile(file);
        }
        for (String setting : common.settings) {
            loader = loader.withSetting(setting);
        }
        for (OptionSpec option : spec.options()) {
            if (option.userObject() instanceof Field field && field.isAnnotationPresent(Overrides.class)) {
                Object value = option.getValue();
                if (value != null) {
                    String key = field.getAnnotation(Overrides.class).value();
                    if (value instanceof ChoiceOption) {
                        loader = loader.withOption(option.longestName(), key, null);
                    }
                    loader = loader.withOption(option.longestName(), key, plain(value));
                }
            }
        }
        return loader.load();
    }

    /** The value as text, number, boolean, or collections of them. */
    private static Object plain(Object value) {
        if (value instanceof Number || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Collection<?> collection) {
            return collection.stream().map(JobCommand::plain).toList();
        }
        return value instanceof SectionOption section ? section.keys() : value.toString();
    }

    private void report(Failure failure) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("resnet %s: %s".formatted(name(), failure.message()));
        if (common.stackTrace) {
            failure.cause().printStackTrace(err);
        } else if (!failure.isForUser()) {
            keepStackTrace(failure)
                    .ifPresent(file -> err.println("Unexpected; the stack trace is in %s".formatted(file)));
        }
        err.flush();
    }

    private Optional<Path> keepStackTrace(Failure failure) {
        try {
            Path file = Files.createTempFile("resnet-%s-".formatted(name().replace(' ', '-')), ".log");
            try (PrintWriter trace = new PrintWriter(Files.newBufferedWriter(file))) {
                failure.cause().printStackTrace(trace);
            }
            return Optional.of(file);
        } catch (IOException e) {
            failure.cause().printStackTrace(spec.commandLine().getErr());
            return Optional.empty();
        }
    }

    private void writeOutcome(Job job, ExitStatus status, String message, Instant start, double seconds) {
        List<String> directories = Stream.concat(outputDirectory().stream(), Stream.ofNullable(common.outcomeDirectory))
                .distinct()
                .toList();
        if (directories.isEmpty()) {
            return;
        }
        Outcome outcome = new Outcome(
                name(),
                spec.commandLine().getParseResult().originalArgs(),
                status,
                message,
                start.toString(),
                seconds,
                job == null ? Map.of() : job.stepSeconds(),
                job == null ? Map.of() : job.outputs(),
                Version.current());
        Configuration hadoop = job == null ? new Configuration() : job.hadoopConfiguration();
        for (String directory : directories) {
            try {
                outcome.writeTo(directory, hadoop);
            } catch (RuntimeException e) {
                if (message.equals(e.getMessage())) {
                    continue; // that nothing reaches the output has been said
                }
                PrintWriter err = spec.commandLine().getErr();
                err.println("resnet %s: could not write %s into %s: %s"
                        .formatted(name(), Outcome.FILE_NAME, directory, e.getMessage()));
                err.flush();
            }
        }
    }
}
