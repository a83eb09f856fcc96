package io.resnetspark.jobs.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.resnetspark.jobs.schedule.Firing.Cause;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryPageTest {

    private static final String HOSTILE =
            "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>";

    @TempDir
    private Path folder;

    private static ScheduledJob job(String name) {
        return new ScheduledJob(
                name,
                CronText.parse("0 15 2 * * ?"),
                Optional.of(ZoneId.of("Europe/Berlin")),
                Optional.empty(),
                List.of("retrain", "--config", "retrain.conf"),
                Optional.of(Duration.ofHours(6)));
    }

    private static Run run(String job, Instant start, RunStatus status, String message) {
        Firing firing = new Firing(Cause.CRON, Optional.of(start), status == RunStatus.MISSED ? 3 : 0);
        Run run = Run.started(job, firing, start, List.of("retrain"));
        return status == RunStatus.RUNNING
                ? run
                : run.ended(status, OptionalInt.of(status.ordinal()), message, start.plusSeconds(754));
    }

    /** The page after its scripts have run, and the browser's log. */
    private List<String> open(String page) throws Exception {
        Optional<Path> browser = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(path -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(path, name)))
                .filter(Files::isExecutable)
                .findFirst();
        assumeThat(browser).as("a browser on the PATH").isPresent();
        Path file = Files.writeString(folder.resolve("page.html"), page);
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(
                        browser.orElseThrow().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--enable-logging=stderr",
                        "--virtual-time-budget=2000",
                        "--dump-dom",
                        file.toUri().toString())
                .redirectError(log.toFile())
                .start();
        String dom = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        return List.of(
                dom,
                String.join(
                        "\n",
                        Files.readAllLines(log).stream()
                                .filter(line -> line.contains("CONSOLE"))
                                .toList()));
    }

    @Test
    void everyOutcomeIsShownAndNothingOfItIsTakenForMarkup() throws Exception {
        RunHistory history = new RunHistory(folder.resolve("history"), 100);
        Instant start = Instant.parse("2026-11-01T01:15:00Z");
        for (RunStatus status : RunStatus.values()) {
            start = start.plus(Duration.ofDays(1));
            history.keep(run("nightly", start, status, HOSTILE));
        }
        List<ScheduledJob> jobs = List.of(job("nightly"), job("never-run"));
        List<String> visit = open(HistoryPage.of(HistoryView.of(jobs, history, "1", HOSTILE, "up", Instant.now())));
        String dom = visit.get(0);
        assertThat(visit.get(1)).as("errors in the browser").isEmpty();
        assertThat(dom).doesNotContain("<title>owned", "<img").contains("Not run yet", "Timed out", "Bad data");
        assertThat(dom.split("<tr>", -1).length - 2).isEqualTo(RunStatus.values().length);
    }

    @Test
    void anEmptyHistoryIsAPageToo() throws Exception {
        RunHistory history = new RunHistory(folder.resolve("history"), 100);
        List<String> visit = open(
                HistoryPage.of(HistoryView.of(List.of(job("nightly")), history, "1", "here", "up", Instant.now())));
        assertThat(visit.get(1)).isEmpty();
        assertThat(visit.get(0)).contains("Nothing has run yet");
    }
}
