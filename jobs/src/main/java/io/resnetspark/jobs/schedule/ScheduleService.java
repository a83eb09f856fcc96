package io.resnetspark.jobs.schedule;

import io.resnetspark.jobs.schedule.HttpEndpoint.Health;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What {@code resnet schedule} does: keep a schedule until told to stop, or run one of its jobs now. */
public final class ScheduleService {

    private final ScheduleConfig config;
    private final String version;
    private final Consumer<String> console;
    private final RunHistory history;
    private final JobRunner runner;

    /**
     * @param version of the application, for the page
     * @param console where runs are told of, a line each
     */
    public ScheduleService(ScheduleConfig config, Launcher launcher, String version, Consumer<String> console) {
        this.config = config;
        this.version = version;
        this.console = console;
        this.history = new RunHistory(config.history().path(), config.history().keep());
        this.runner = new JobRunner(history, launcher, config.grace());
        runner.listen(new RunLog(console));
    }

    /** What keeps a folder from holding the history, if anything; nothing is created. */
    public static Optional<String> problemWithHistory(Path folder) {
        return RunHistory.problemWith(folder);
    }

    /**
     * How a single run came out.
     *
     * @param status for example {@code done} or {@code timed-out}
     * @param exitCode of its process, if there was one
     */
    public record Ended(String status, OptionalInt exitCode, String message, Path log) {}

    /**
     * Runs a job now, whatever its times.
     *
     * @param stop ends the run when counted down
     * @throws ConfigurationException if there is no job of that name, or it is running already
     */
    public Ended runOnce(String name, CountDownLatch stop) throws InterruptedException {
        ScheduledJob job = config.jobs().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("No job is named %s; there are: %s"
                        .formatted(
                                name,
                                config.jobs().stream().map(ScheduledJob::name).collect(Collectors.joining(", ")))));
        Thread stopper = new Thread(() -> stopWhenTold(stop), "stop");
        stopper.setDaemon(true);
        stopper.start();
        Run run = runner.runIfFree(job, Firing.request())
                .orElseThrow(() -> new ConfigurationException("Job %s is running already; its log is below %s"
                        .formatted(name, history.folder().resolve("runs").resolve(name))));
        return new Ended(
                run.status().label(),
                run.result().exitCode(),
                run.result().message(),
                history.folderOf(run).resolve(RunHistory.LOG));
    }

    private void stopWhenTold(CountDownLatch stop) {
        try {
            stop.await();
            runner.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Keeps the schedule until told to stop. What runs then is ended and recorded before this returns.
     *
     * @throws ConfigurationException if the address of the HTTP pages is taken, or the history has a scheduler already
     */
    public void serve(CountDownLatch stop) throws InterruptedException {
        Instant startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        try (Http http = new Http()) {
            JobScheduler scheduler = new JobScheduler(config, history, runner);
            try (scheduler) {
                scheduler.start();
                http.serve(scheduler, startedAt);
                console.accept("Keeping %d job%s; history in %s%s"
                        .formatted(
                                config.jobs().size(),
                                config.jobs().size() == 1 ? "" : "s",
                                history.folder(),
                                http.url().map(url -> ", page at " + url).orElse("")));
                stop.await();
                console.accept("Stopping");
            }
        }
    }

    private HistoryView view(JobScheduler scheduler, Instant startedAt) {
        return HistoryView.of(
                config.jobs(), history, version, hostName(), scheduler.isUp() ? "up" : "stopping", startedAt);
    }

    private Health health(JobScheduler scheduler, Instant startedAt) {
        Optional<String> problem = RunHistory.problemWith(history.folder()).map(why -> "The history " + why);
        String status = !scheduler.isUp() ? "stopping" : problem.isPresent() ? "failing" : "up";
        Map<String, Object> reported = new LinkedHashMap<>();
        reported.put("status", status);
        problem.ifPresent(why -> reported.put("problem", why));
        reported.put("started_at", startedAt);
        reported.put("jobs", config.jobs().size());
        reported.put("running", runner.running().stream().sorted().toList());
        return new Health(status.equals("up"), JsonDocument.text(reported));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "this machine";
        }
    }

    /** The HTTP pages, if they are wanted. Their address is taken before anything else begins. */
    private final class Http implements AutoCloseable {

        private final Optional<HttpEndpoint> endpoint = config.http().port().isPresent()
                ? Optional.of(new HttpEndpoint(
                        config.http().host(), config.http().port().getAsInt()))
                : Optional.empty();

        Optional<String> url() {
            return endpoint.map(HttpEndpoint::url);
        }

        void serve(JobScheduler scheduler, Instant startedAt) {
            endpoint.ifPresent(http -> {
                ScheduleMetrics metrics = new ScheduleMetrics(config.jobs(), history, runner::running);
                runner.listen(metrics);
                http.serve(
                        () -> view(scheduler, startedAt),
                        metrics,
                        () -> health(scheduler, startedAt),
                        history.folder());
            });
        }

        @Override
        public void close() {
            endpoint.ifPresent(HttpEndpoint::close);
        }
    }
}
