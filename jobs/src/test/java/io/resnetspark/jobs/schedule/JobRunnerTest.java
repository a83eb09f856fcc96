package io.resnetspark.jobs.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.jobs.outcome.ExitStatus;
import io.resnetspark.jobs.outcome.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class JobRunnerTest {

    private static final Duration GRACE = Duration.ofSeconds(2);

    @TempDir
    private Path folder;

    private RunHistory history;
    private JobRunner runner;

    @BeforeEach
    void open() {
        history = new RunHistory(folder.resolve("history"), 100);
        runner = new JobRunner(history, TestPrograms.launcher(), GRACE);
    }

    private static ScheduledJob job(Optional<Duration> timeout, String... command) {
        return new ScheduledJob(
                "job",
                CronText.parse("0 0 3 * * ?"),
                Optional.empty(),
                Optional.of(Misfire.RUN_ONCE),
                List.of(command),
                timeout);
    }

    private Run run(String... command) throws InterruptedException {
        return runner.runIfFree(job(Optional.empty(), command), Firing.request())
                .orElseThrow();
    }

    private static void awaitFile(Path file) throws InterruptedException {
        while (!Files.exists(file)) {
            Thread.sleep(20);
        }
    }

    private CompletableFuture<Run> inBackground(ScheduledJob job) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return runner.runIfFree(job, Firing.request()).orElseThrow();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void exitCodesAreTheStatusesOfTheCommandLine() throws Exception {
        assertThat(run("exit", "0").status()).isEqualTo(RunStatus.DONE);
        assertThat(run("exit", "3").status()).isEqualTo(RunStatus.BAD_DATA);
        assertThat(run("exit", "5").status()).isEqualTo(RunStatus.NOT_PROMOTED);
        for (ExitStatus status : ExitStatus.values()) {
            if (status != ExitStatus.DONE && status != ExitStatus.FAILURE) {
                assertThat(RunStatus.ofExitCode(status.code()).label()).isEqualTo(status.label());
            }
        }
    }

    @Test
    void aCrashEndsTheRunAndNothingElse() throws Exception {
        Run killed = run("killed");
        assertThat(killed.status()).isEqualTo(RunStatus.CRASHED);
        assertThat(killed.result().exitCode()).hasValue(128 + 9);
        assertThat(killed.result().message()).contains("signal 9");
        assertThat(run("exit", "77").status()).isEqualTo(RunStatus.CRASHED);
        assertThat(run("exit", "0").status()).isEqualTo(RunStatus.DONE);
        assertThat(history.runs("job")).hasSize(3).allMatch(run -> run.status().ended());
    }

    @Test
    void everythingARunSaysIsInItsLog() throws Exception {
        Run run = run("exit", "1");
        assertThat(history.folderOf(run).resolve(RunHistory.LOG))
                .content()
                .contains("running [exit, 1, --outcome, %s]".formatted(history.folderOf(run)));
        Run broken = run("no-such-program");
        assertThat(history.folderOf(broken).resolve(RunHistory.LOG)).content().contains("IllegalArgumentException");
    }

    @Test
    void theOutcomesMessageIsTheRuns() throws Exception {
        Launcher told = arguments -> {
            new Outcome(
                            "retrain",
                            arguments,
                            ExitStatus.BAD_DATA,
                            "7 of 9 images are damaged",
                            "",
                            1,
                            Map.of(),
                            Map.of(),
                            "")
                    .writeTo(arguments.get(arguments.size() - 1), new Configuration());
            return TestPrograms.launcher().command(List.of("exit", "3"));
        };
        runner = new JobRunner(history, told, GRACE);
        assertThat(run("retrain").result().message()).isEqualTo("7 of 9 images are damaged");
    }

    @Test
    void aRunPastItsTimeoutIsEndedBySigterm() throws Exception {
        Run run = runner.runIfFree(job(Optional.of(Duration.ofSeconds(1)), "sleep", "600000"), Firing.request())
                .orElseThrow();
        assertThat(run.status()).isEqualTo(RunStatus.TIMED_OUT);
        assertThat(run.result().exitCode()).hasValue(128 + 15);
        assertThat(run.result().message()).contains("1 s", "SIGTERM");
    }

    @Test
    void whatIgnoresSigtermIsKilledAfterTheGrace() throws Exception {
        Path ready = folder.resolve("ready");
        CompletableFuture<Run> run = inBackground(job(Optional.empty(), "stubborn", ready.toString()));
        awaitFile(ready);
        runner.stop();
        Run ended = run.get(60, TimeUnit.SECONDS);
        assertThat(ended.status()).isEqualTo(RunStatus.STOPPED);
        assertThat(ended.result().exitCode()).hasValue(128 + 9);
        assertThat(ended.result().message()).contains("killed after 2 s of grace");
        assertThat(Duration.between(ended.startedAt(), ended.endedAt().orElseThrow()))
                .isGreaterThanOrEqualTo(GRACE);
        assertThat(history.folderOf(ended).resolve(RunHistory.LOG)).content().contains("ignored SIGTERM");
        assertThat(history.runs("job")).containsExactly(ended);
    }

    @Test
    void whatARunStartedGoesWithIt() throws Exception {
        Path pid = folder.resolve("pid");
        CompletableFuture<Run> run = inBackground(job(Optional.empty(), "parent", pid.toString()));
        awaitFile(pid);
        while (Files.readString(pid).isEmpty()) {
            Thread.sleep(20);
        }
        ProcessHandle grandchild =
                ProcessHandle.of(Long.parseLong(Files.readString(pid))).orElseThrow();
        runner.stop();
        run.get(60, TimeUnit.SECONDS);
        grandchild.onExit().get(10, TimeUnit.SECONDS);
        assertThat(grandchild.isAlive()).isFalse();
    }

    @Test
    void aStoppedRunnerStartsNothing() throws Exception {
        Path mark = folder.resolve("mark");
        runner.stop();
        ScheduledJob job = job(Optional.empty(), "alone", mark.toString(), "0");
        assertThat(runner.runIfFree(job, Firing.request())).isEmpty();
        assertThat(runner.runWhenFree(job, Firing.request())).isEmpty();
        assertThat(history.runs("job")).isEmpty();
    }

    @Test
    void aJobThatAnotherProcessRunsIsNotRunAgain() throws Exception {
        ScheduledJob job = job(Optional.empty(), "exit", "0");
        // What a scheduler leaves that was killed while its job goes on.
        Process orphan = new ProcessBuilder("sleep", "600").start();
        try {
            Firing due = new Firing(Firing.Cause.CRON, Optional.empty(), 0);
            Run left = Run.started("job", due, Instant.now(), job.command()).withProcess(orphan.toHandle());
            history.keep(left);
            assertThat(runner.runIfFree(job, Firing.request())).isEmpty();
            CompletableFuture<Optional<Run>> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return runner.runWhenFree(job, Firing.request());
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(history.runs("job")).containsExactly(left);
            orphan.destroyForcibly().waitFor();
            Run after = waiting.get(60, TimeUnit.SECONDS).orElseThrow();
            assertThat(after.status()).isEqualTo(RunStatus.DONE);
            assertThat(history.runs("job")).extracting(Run::status).containsExactly(RunStatus.DONE, RunStatus.LOST);
        } finally {
            orphan.destroyForcibly();
        }
    }
}
