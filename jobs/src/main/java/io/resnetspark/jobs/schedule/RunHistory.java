package io.resnetspark.jobs.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.jobs.outcome.Outcome;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ran and how it came out, in a folder on a local disk: {@code runs/<job>/<id>/} with {@code run.json}, the run's
 * {@code output.log} and its {@code outcome.json}; {@code jobs/<job>.json} says since when a job has its times. Every file
 * but the log appears whole or not at all. Safe for threads, and for several processes that run different jobs.
 */
final class RunHistory {

    static final String LOG = "output.log";

    private static final Logger LOGGER = LoggerFactory.getLogger(RunHistory.class);
    private static final String RUN = "run.json";
    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Path folder;
    private final int keep;
    private final AtomicStore store;

    /** @param keep ended runs kept of each job */
    RunHistory(Path folder, int keep) {
        this.folder = folder.toAbsolutePath().normalize();
        this.keep = keep;
        this.store = AtomicStore.at(this.folder.toUri().toString(), new Configuration());
    }

    /** What keeps a folder from holding a history, if anything. Creates nothing. */
    static Optional<String> problemWith(Path folder) {
        Path existing = folder.toAbsolutePath().normalize();
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (!Files.isDirectory(existing)) {
            return Optional.of("cannot be a folder: %s is a file".formatted(existing));
        }
        return Files.isWritable(existing)
                ? Optional.empty()
                : Optional.of("cannot be written: no permission to write in %s".formatted(existing));
    }

    Path folder() {
        return folder;
    }

    Path folderOf(Run run) {
        return folder.resolve(name(run));
    }

    /** The log, relative to the history's folder. */
    static String logOf(Run run) {
        return name(run) + "/" + LOG;
    }

    private static String name(Run run) {
        return "runs/%s/%s".formatted(run.job(), run.id());
    }

    static String idAt(Instant start) {
        return ID.format(start);
    }

    /** Keeps a run as it stands now. */
    void keep(Run run) {
        store.replaceText(name(run) + "/" + RUN, JsonDocument.text(run));
        if (run.status().ended()) {
            List<Run> ended = runs(run.job()).stream()
                    .filter(each -> each.status().ended())
                    .toList();
            ended.stream().skip(keep).forEach(old -> store.delete(name(old)));
        }
    }

    /** The runs of a job, newest first. */
    List<Run> runs(String job) {
        List<String> ids = new ArrayList<>(store.list("runs/" + job));
        Collections.reverse(ids);
        return ids.stream().flatMap(id -> read(job, id).stream()).toList();
    }

    /** All runs of the jobs, newest first. */
    List<Run> runs(List<ScheduledJob> jobs) {
        return jobs.stream()
                .flatMap(job -> runs(job.name()).stream())
                .sorted(Comparator.comparing(Run::startedAt).reversed())
                .toList();
    }

    private Optional<Run> read(String job, String id) {
        String file = "runs/%s/%s/%s".formatted(job, id, RUN);
        try {
            return store.readText(file)
                    .map(text ->
                            JsonDocument.read(text, Run.class, store.path(file).toString()));
        } catch (BadDataException e) {
            LOGGER.warn("Left out of the history: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * The time up to which all times of a job have run or are known to be missed. Times before the job was first seen with
     * its present expression and zone are nobody's.
     */
    Instant accountedUntil(ScheduledJob job, Instant now) {
        String file = "jobs/%s.json".formatted(job.name());
        FireTimes times = job.fireTimes();
        JobTimes present = new JobTimes(times.cron().toString(), times.zone().getId(), now);
        JobTimes known = readTimes(file).filter(present::sameTimes).orElse(null);
        if (known == null) {
            store.replaceText(file, JsonDocument.text(present));
            return now;
        }
        return runs(job.name()).stream()
                .flatMap(run -> run.firing().scheduledFor().stream())
                .reduce(known.since(), (a, b) -> a.isAfter(b) ? a : b);
    }

    private Optional<JobTimes> readTimes(String file) {
        try {
            return store.readText(file)
                    .map(text -> JsonDocument.read(
                            text, JobTimes.class, store.path(file).toString()));
        } catch (BadDataException e) {
            LOGGER.warn("Starting anew: {}", e.getMessage());
            return Optional.empty();
        }
    }

    record JobTimes(String cron, String timeZone, Instant since) {

        boolean sameTimes(JobTimes that) {
            return cron.equals(that.cron) && timeZone.equals(that.timeZone);
        }
    }

    /**
     * Ends the records of runs whose process is gone though nobody saw how: their {@code outcome.json} tells, or nothing
     * does. Only for who holds the job's {@link JobLock}.
     *
     * @return the run that is still going without a scheduler, if there is one
     */
    Optional<Run> settle(String job) {
        Run alive = null;
        for (Run run : runs(job)) {
            if (!run.status().ended() && run.liveProcess().isPresent()) {
                alive = run;
            } else if (!run.status().ended()) {
                keep(lost(run));
            }
        }
        return Optional.ofNullable(alive);
    }

    private Run lost(Run run) {
        Optional<ReportedOutcome> outcome = outcome(run);
        return outcome.map(reported -> run.ended(
                        RunStatus.ofExitCode(reported.exitCode()),
                        OptionalInt.of(reported.exitCode()),
                        reported.message(),
                        lastSign(run)))
                .orElseGet(() -> run.ended(
                        RunStatus.LOST,
                        OptionalInt.empty(),
                        "The scheduler died while this was running; it left no outcome.",
                        lastSign(run)));
    }

    /** When the run last wrote something. */
    private Instant lastSign(Run run) {
        Instant last = run.startedAt();
        for (String name : List.of(LOG, Outcome.FILE_NAME)) {
            Path file = folderOf(run).resolve(name);
            try {
                Instant written = Files.getLastModifiedTime(file).toInstant();
                last = written.isAfter(last) ? written : last;
            } catch (IOException e) {
                LOGGER.debug("No {}", file);
            }
        }
        return last;
    }

    /** What a command left in its {@code outcome.json}. */
    record ReportedOutcome(int exitCode, String message) {}

    Optional<ReportedOutcome> outcome(Run run) {
        String file = name(run) + "/" + Outcome.FILE_NAME;
        try {
            return store.readText(file).map(text -> {
                JsonNode outcome = JsonDocument.parse(text, store.path(file).toString());
                return new ReportedOutcome(
                        outcome.path("exit_code").asInt(1),
                        outcome.path("message").asText(""));
            });
        } catch (BadDataException e) {
            return Optional.empty();
        }
    }
}
