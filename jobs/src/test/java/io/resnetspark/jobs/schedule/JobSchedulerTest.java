package io.resnetspark.jobs.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.jobs.schedule.RunHistory.JobTimes;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class JobSchedulerTest {

    private static final String EVERY_SECOND = "* * * * * ?";
    private static final String EVERY_HOUR = "0 0 * * * ?";

    @TempDir
    private Path folder;

    private ScheduledJob job(String cron, Misfire misfire, String... command) {
        return new ScheduledJob(
                "job",
                CronText.parse(cron),
                Optional.of(ZoneId.of("UTC")),
                Optional.of(misfire),
                List.of(command),
                Optional.empty());
    }

    private ScheduleConfig config(ScheduledJob... jobs) {
        return new ScheduleConfig(
                List.of(jobs),
                2,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                new ScheduleConfig.Http("127.0.0.1", OptionalInt.empty()),
                new ScheduleConfig.History(folder.resolve("history"), 100));
    }

    private RunHistory history() {
        return new RunHistory(folder.resolve("history"), 100);
    }

    private JobScheduler scheduler(ScheduledJob... jobs) {
        ScheduleConfig config = config(jobs);
        return new JobScheduler(config, history(), new JobRunner(history(), TestPrograms.launcher(), config.grace()));
    }

    /** As a scheduler leaves it that kept the job's times from then on. */
    private void keptSince(ScheduledJob job, Instant since) throws Exception {
        Path file = folder.resolve("history/jobs/job.json");
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                JsonDocument.text(new JobTimes(
                        job.cron().toString(), job.fireTimes().zone().getId(), since)));
    }

    private List<Run> awaitEnded(int count) throws InterruptedException {
        while (true) {
            List<Run> ended = history().runs("job").stream()
                    .filter(run -> run.status().ended())
                    .toList();
            if (ended.size() >= count) {
                return ended;
            }
            Thread.sleep(50);
        }
    }

    private static Instant lastHour() {
        return Instant.now().truncatedTo(ChronoUnit.HOURS);
    }

    @Test
    void runsNeverOverlapThoughTheirTimesDo() throws Exception {
        ScheduledJob job = job(
                EVERY_SECOND, Misfire.RUN_ONCE, "alone", folder.resolve("mark").toString(), "1500");
        try (JobScheduler scheduler = scheduler(job)) {
            scheduler.start();
            awaitEnded(3);
        }
        List<Run> runs = new ArrayList<>(history().runs("job"));
        runs.sort(Comparator.comparing(Run::startedAt));
        for (int i = 1; i < runs.size(); i++) {
            assertThat(runs.get(i).startedAt())
                    .isAfterOrEqualTo(runs.get(i - 1).endedAt().orElseThrow());
        }
        // The program itself fails where it meets another.
        assertThat(runs).extracting(Run::status).isSubsetOf(RunStatus.DONE, RunStatus.STOPPED);
        assertThat(runs.stream().filter(run -> run.status() == RunStatus.DONE)).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void timesMissedWhileDownAreMadeUpForByOneRun() throws Exception {
        ScheduledJob job = job(EVERY_HOUR, Misfire.RUN_ONCE, "exit", "0");
        Instant last = lastHour();
        keptSince(job, last.minus(Duration.ofMinutes(170)));
        try (JobScheduler scheduler = scheduler(job)) {
            scheduler.start();
            awaitEnded(1);
        }
        assertThat(history().runs("job")).singleElement().satisfies(run -> {
            assertThat(run.firing().cause()).isEqualTo(Firing.Cause.MISFIRE);
            assertThat(run.firing().scheduledFor().orElseThrow()).isIn(last, last.plus(Duration.ofHours(1)));
            assertThat(run.firing().missedFires()).isIn(3, 4);
        });
        // Made up for is made up for: the next scheduler finds nothing missed.
        assertThat(history().accountedUntil(job, Instant.now())).isAfterOrEqualTo(last);
        try (JobScheduler again = scheduler(job)) {
            again.start();
            Thread.sleep(1500);
        }
        assertThat(history().runs("job").stream().filter(run -> run.firing().cause() == Firing.Cause.MISFIRE))
                .hasSize(1);
    }

    @Test
    void timesMissedWhileDownAreNotedByWhoSkipsThem() throws Exception {
        ScheduledJob job = job(EVERY_HOUR, Misfire.SKIP, "exit", "0");
        Instant last = lastHour();
        keptSince(job, last.minus(Duration.ofMinutes(170)));
        try (JobScheduler scheduler = scheduler(job)) {
            scheduler.start();
            awaitEnded(1);
        }
        Run noted = history().runs("job").get(history().runs("job").size() - 1);
        assertThat(noted.status()).isEqualTo(RunStatus.MISSED);
        assertThat(noted.firing().missedFires()).isIn(3, 4);
        assertThat(noted.process().pid()).isEmpty();
    }

    @Test
    void aJobWithNewTimesHasMissedNoneOfThem() throws Exception {
        ScheduledJob job = job(EVERY_HOUR, Misfire.RUN_ONCE, "exit", "0");
        keptSince(
                job("0 30 2 * * ?", Misfire.RUN_ONCE, "exit", "0"),
                Instant.now().minus(Duration.ofDays(30)));
        Instant now = Instant.now();
        assertThat(history().accountedUntil(job, now)).isEqualTo(now);
        assertThat(history().accountedUntil(job, now.plusSeconds(5))).isEqualTo(now);
    }

    @Test
    void historySurvivesARestartAndRunsLeftBehindAreSettled() throws Exception {
        ScheduledJob job = job("0 0 0 1 1 ?", Misfire.RUN_ONCE, "exit", "0");
        Process gone = new ProcessBuilder("true").start();
        ProcessHandle handle = gone.toHandle();
        gone.waitFor();
        JobRunner runner = new JobRunner(history(), TestPrograms.launcher(), Duration.ofSeconds(1));
        Run done = runner.runIfFree(job, Firing.request()).orElseThrow();
        Firing due = new Firing(Firing.Cause.CRON, Optional.empty(), 0);
        Run left = Run.started("job", due, Instant.now(), job.command()).withProcess(handle);
        history().keep(left);
        try (JobScheduler scheduler = scheduler(job)) {
            scheduler.start();
            List<Run> runs = awaitEnded(2);
            assertThat(runs.get(0).status()).isEqualTo(RunStatus.LOST);
            assertThat(runs.get(1)).isEqualTo(done);
        }
    }

    @Test
    void onlyTheNewestRunsAreKept() throws Exception {
        RunHistory shortHistory = new RunHistory(folder.resolve("history"), 2);
        JobRunner runner = new JobRunner(shortHistory, TestPrograms.launcher(), Duration.ofSeconds(1));
        ScheduledJob job = job(EVERY_HOUR, Misfire.SKIP, "exit", "0");
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.add(runner.runIfFree(job, Firing.request()).orElseThrow().id());
        }
        assertThat(shortHistory.runs("job")).extracting(Run::id).containsExactly(ids.get(2), ids.get(1));
        assertThat(folder.resolve("history/runs/job").resolve(ids.get(0))).doesNotExist();
    }

    @Test
    void twoSchedulersDoNotShareAHistory() {
        ScheduledJob job = job(EVERY_HOUR, Misfire.SKIP, "exit", "0");
        try (JobScheduler first = scheduler(job)) {
            assertThatThrownBy(() -> scheduler(job))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("Another scheduler");
        }
    }

    @Test
    void closingEndsTheRunAndRecordsIt() throws Exception {
        Path ready = folder.resolve("ready");
        ScheduledJob job = job(EVERY_SECOND, Misfire.RUN_ONCE, "stubborn", ready.toString());
        CountDownLatch closed = new CountDownLatch(1);
        try (JobScheduler scheduler = scheduler(job)) {
            scheduler.start();
            while (!Files.exists(ready)) {
                Thread.sleep(20);
            }
        } finally {
            closed.countDown();
        }
        assertThat(history().runs("job")).singleElement().satisfies(run -> {
            assertThat(run.status()).isEqualTo(RunStatus.STOPPED);
            assertThat(ProcessHandle.of(run.process().pid().orElseThrow()).filter(ProcessHandle::isAlive))
                    .isEmpty();
        });
    }
}
