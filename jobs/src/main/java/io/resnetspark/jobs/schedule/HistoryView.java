package io.resnetspark.jobs.schedule;

import io.resnetspark.pipeline.storage.Flattened;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The schedule and what ran, as the history page shows it and {@code history.json} gives it to programs.
 *
 * @param generatedAt when this was true
 * @param host where the scheduler runs
 * @param state {@code up}, or {@code stopping}
 * @param jobs in the order of the configuration
 * @param runs newest first
 */
record HistoryView(
        int formatVersion,
        Instant generatedAt,
        String version,
        String host,
        String state,
        Instant startedAt,
        List<JobView> jobs,
        List<RunView> runs) {

    private static final int FORMAT_VERSION = 1;
    private static final int NEXT_FIRES = 5;
    private static final int RUNS_SHOWN = 500;
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss z", Locale.ROOT);

    /**
     * @param clock as a clock of the job's zone shows it
     */
    record At(Instant time, String clock) {

        static At of(Instant time, ZoneId zone) {
            return new At(time.truncatedTo(ChronoUnit.SECONDS), CLOCK.format(ZonedDateTime.ofInstant(time, zone)));
        }
    }

    /** When a job runs. */
    record Timetable(String cron, String timeZone, Misfire misfire) {}

    /** A job, how it stands, and its next times. */
    record JobView(
            String name,
            @Flattened Timetable timetable,
            List<String> command,
            Optional<Long> timeoutSeconds,
            boolean running,
            List<At> nextFires,
            Optional<At> lastSuccess) {}

    /**
     * @param log path of its output, relative to the page; empty if it never started
     */
    record RunView(
            String job,
            String id,
            Firing.Cause cause,
            int missedFires,
            @Flattened Times times,
            @Flattened Run.Result result,
            Optional<String> log) {

        /** @param seconds that it took */
        record Times(Optional<At> scheduledFor, At startedAt, Optional<At> endedAt, OptionalDouble seconds) {}

        static RunView of(Run run, ZoneId zone) {
            boolean missed = run.status() == RunStatus.MISSED;
            Times times = new Times(
                    run.firing().scheduledFor().map(time -> At.of(time, zone)),
                    At.of(run.startedAt(), zone),
                    run.endedAt().map(time -> At.of(time, zone)),
                    run.endedAt().isEmpty() || missed
                            ? OptionalDouble.empty()
                            : OptionalDouble.of(Duration.between(
                                                    run.startedAt(),
                                                    run.endedAt().get())
                                            .toMillis()
                                    / 1000.0));
            return new RunView(
                    run.job(),
                    run.id(),
                    run.firing().cause(),
                    run.firing().missedFires(),
                    times,
                    run.result(),
                    missed ? Optional.empty() : Optional.of(RunHistory.logOf(run)));
        }
    }

    static HistoryView of(
            List<ScheduledJob> jobs, RunHistory history, String version, String host, String state, Instant startedAt) {
        Instant now = Instant.now();
        List<Run> runs = history.runs(jobs);
        Map<String, ZoneId> zones = jobs.stream().collect(Collectors.toMap(ScheduledJob::name, job -> job.fireTimes()
                .zone()));
        Map<String, List<Run>> runsOf = runs.stream().collect(Collectors.groupingBy(Run::job));
        Function<ScheduledJob, JobView> view = job -> viewOf(job, runsOf.getOrDefault(job.name(), List.of()), now);
        return new HistoryView(
                FORMAT_VERSION,
                now.truncatedTo(ChronoUnit.SECONDS),
                version,
                host,
                state,
                startedAt.truncatedTo(ChronoUnit.SECONDS),
                jobs.stream().map(view).toList(),
                runs.stream()
                        .limit(RUNS_SHOWN)
                        .map(run -> RunView.of(run, zones.get(run.job())))
                        .toList());
    }

    private static JobView viewOf(ScheduledJob job, List<Run> runs, Instant now) {
        FireTimes times = job.fireTimes();
        return new JobView(
                job.name(),
                new Timetable(times.cron().toString(), times.zone().getId(), job.misfirePolicy()),
                job.command(),
                job.timeout().map(Duration::toSeconds),
                runs.stream().anyMatch(run -> !run.status().ended()),
                times.after(now, NEXT_FIRES).stream()
                        .map(fire -> At.of(fire.toInstant(), times.zone()))
                        .toList(),
                runs.stream()
                        .filter(run -> run.status().succeeded())
                        .findFirst()
                        .flatMap(Run::endedAt)
                        .map(end -> At.of(end, times.zone())));
    }
}
