package io.resnetspark.jobs.schedule;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The scheduler's metrics, in a registry of their own. Counters begin at zero with the process; times of last runs come
 * from the history.
 */
final class ScheduleMetrics implements RunListener {

    private static final double[] DURATION_SECONDS = {1, 10, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400};

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter runs;
    private final Counter missedFires;
    private final Histogram duration;
    private final Map<String, Instant> lastSuccess = new ConcurrentHashMap<>();
    private final Map<String, Run> lastEnded = new ConcurrentHashMap<>();

    /**
     * @param history whose runs came before
     * @param running names of the jobs that run right now
     */
    ScheduleMetrics(List<ScheduledJob> jobs, RunHistory history, Supplier<Set<String>> running) {
        runs = Counter.builder()
                .name("resnet_schedule_runs_total")
                .help("Runs that ended, by job and outcome.")
                .labelNames("job", "outcome")
                .register(registry);
        missedFires = Counter.builder()
                .name("resnet_schedule_missed_fires_total")
                .help("Times that passed without a run of their own.")
                .labelNames("job")
                .register(registry);
        duration = Histogram.builder()
                .name("resnet_schedule_run_duration_seconds")
                .help("Time from the start to the end of runs.")
                .labelNames("job")
                .classicOnly()
                .classicUpperBounds(DURATION_SECONDS)
                .register(registry);
        for (ScheduledJob job : jobs) {
            for (RunStatus status : RunStatus.values()) {
                if (status.ended()) {
                    runs.initLabelValues(job.name(), status.label());
                }
            }
            missedFires.initLabelValues(job.name());
            duration.initLabelValues(job.name());
            List<Run> oldestFirst = new ArrayList<>(history.runs(job.name()));
            Collections.reverse(oldestFirst);
            oldestFirst.forEach(this::remember);
        }
        registerGauges(jobs, running);
    }

    private void registerGauges(List<ScheduledJob> jobs, Supplier<Set<String>> running) {
        gauge("resnet_schedule_running", "1 while the job runs, else 0.")
                .callback(values -> {
                    Set<String> now = running.get();
                    jobs.forEach(job -> values.call(now.contains(job.name()) ? 1 : 0, job.name()));
                })
                .register(registry);
        gauge("resnet_schedule_next_fire_timestamp_seconds", "When the job is due next, in Unix time.")
                .callback(values -> jobs.forEach(job -> job.fireTimes()
                        .after(Instant.now())
                        .ifPresent(next -> values.call(next.toEpochSecond(), job.name()))))
                .register(registry);
        gauge(
                        "resnet_schedule_last_success_timestamp_seconds",
                        "When the last run ended that did its work (done or not-promoted), in Unix time.")
                .callback(values -> lastSuccess.forEach((job, at) -> values.call(seconds(at), job)))
                .register(registry);
        gauge("resnet_schedule_last_run_timestamp_seconds", "When the last run ended, however it did, in Unix time.")
                .callback(values -> lastEnded.forEach(
                        (job, run) -> values.call(seconds(run.endedAt().orElseThrow()), job)))
                .register(registry);
        gauge("resnet_schedule_last_run_succeeded", "1 if the last run did its work (done or not-promoted), else 0.")
                .callback(values ->
                        lastEnded.forEach((job, run) -> values.call(run.status().succeeded() ? 1 : 0, job)))
                .register(registry);
    }

    private static GaugeWithCallback.Builder gauge(String name, String help) {
        return GaugeWithCallback.builder().name(name).help(help).labelNames("job");
    }

    private static double seconds(Instant instant) {
        return instant.toEpochMilli() / 1000.0;
    }

    PrometheusRegistry registry() {
        return registry;
    }

    private void remember(Run run) {
        if (run.status().ended() && run.status() != RunStatus.MISSED) {
            lastEnded.put(run.job(), run);
            if (run.status().succeeded()) {
                lastSuccess.put(run.job(), run.endedAt().orElseThrow());
            }
        }
    }

    @Override
    public void started(Run run) {}

    @Override
    public void ended(Run run) {
        remember(run); // first: who counts a run finds how it ended
        runs.labelValues(run.job(), run.status().label()).inc();
        missedFires.labelValues(run.job()).inc(run.firing().missedFires());
        if (run.status() != RunStatus.MISSED) {
            duration.labelValues(run.job())
                    .observe(Duration.between(run.startedAt(), run.endedAt().orElseThrow())
                                    .toMillis()
                            / 1000.0);
        }
    }
}
