package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.StopSignal;
import io.resnetspark.jobs.cli.Version;
import io.resnetspark.jobs.config.ValueCheck;
import io.resnetspark.jobs.outcome.ExitStatus;
import io.resnetspark.jobs.schedule.Launcher;
import io.resnetspark.jobs.schedule.ScheduleConfig;
import io.resnetspark.jobs.schedule.SchedulePreview;
import io.resnetspark.jobs.schedule.ScheduleService;
import io.resnetspark.jobs.schedule.ScheduleService.Ended;
import io.resnetspark.model.error.ConfigurationException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code resnet schedule}: other commands at the times of cron expressions. */
@Command(
        name = "schedule",
        description = {
            "Runs commands at the times of cron expressions until it is told to stop, with a history, a page and metrics.",
            "The jobs are in section schedule of the configuration."
        },
        footer = {"", "Example: resnet schedule --config conf/schedule/schedule.conf --check"})
final class ScheduleCommand extends JobCommand {

    private static final String MAIN_CLASS = "io.resnetspark.jobs.ResNetCli";

    /** What the records of the configuration cannot judge by themselves. */
    private static final Map<String, ValueCheck> CHECKS = Map.of(
            "schedule.jobs[].command", command -> problemWithCommand((List<?>) command),
            "schedule.history.path", path -> ScheduleService.problemWithHistory((Path) path));

    @Option(names = "--once", paramLabel = "JOB", description = "Run this job now, then exit with its exit code.")
    private String once;

    @Option(
            names = {"--check", "--dry-run"},
            description = "Check the configuration, print the next times of every job, and run nothing.")
    private boolean check;

    @Override
    protected Conclusion run(Job job) throws Exception {
        ScheduleConfig config = job.config().bind("schedule", ScheduleConfig.class, CHECKS);
        if (config.jobs().isEmpty()) {
            throw new ConfigurationException(
                    "schedule.jobs is empty: name a configuration with jobs, for example --config conf/schedule/schedule.conf");
        }
        if (check) {
            SchedulePreview.of(config, Instant.now()).forEach(job::print);
            return Conclusion.done("The schedule is in order.");
        }
        Launcher launcher = Launcher.ofThisProcess(MAIN_CLASS, System.getenv(), System.getProperties());
        ScheduleService service = new ScheduleService(config, launcher, Version.current(), job::print);
        job.output("history", config.history().path().toString());
        if (once == null) {
            service.serve(StopSignal.install());
            return Conclusion.done("Stopped.");
        }
        Ended ended = service.runOnce(once, StopSignal.install());
        job.output("log", ended.log().toString());
        return new Conclusion(
                ended.exitCode().isPresent()
                        ? ExitStatus.ofCode(ended.exitCode().getAsInt())
                        : ExitStatus.FAILURE,
                "%s: %s, log %s".formatted(once, ended.status(), ended.log()));
    }

    private static Optional<String> problemWithCommand(List<?> words) {
        String[] arguments = words.stream().map(String::valueOf).toArray(String[]::new);
        if (arguments.length == 0) {
            return Optional.of("is empty; expected a command with its arguments, for example [doctor]");
        }
        if (arguments[0].equals("schedule")) {
            return Optional.of("schedule does not run schedules");
        }
        try {
            Commands.commandLine().parseArgs(arguments);
            return Optional.empty();
        } catch (ParameterException e) {
            return Optional.of("%s (resnet %s)".formatted(e.getMessage(), String.join(" ", arguments)));
        }
    }
}
