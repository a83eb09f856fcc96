package io.resnetspark.bench;

import io.resnetspark.bench.process.Task;
import io.resnetspark.bench.process.WorkloadProcess;
import io.resnetspark.bench.report.BenchmarkReport;
import io.resnetspark.bench.report.Exclusion;
import io.resnetspark.bench.report.Machine;
import io.resnetspark.bench.report.Result;
import io.resnetspark.bench.schedule.ContestantFailedException;
import io.resnetspark.bench.schedule.Outcome;
import io.resnetspark.bench.schedule.SideBySide;
import io.resnetspark.bench.schedule.TimeBudget;
import io.resnetspark.bench.workload.SystemUnderTest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A whole run: task by task, every system in a process of its own. */
final class Benchmark {

    private static final Logger LOG = LoggerFactory.getLogger(Benchmark.class);

    private final List<SystemUnderTest> systems;
    private final List<Task> tasks;
    private final SideBySide.Settings settings;
    private final TimeBudget budget;
    private final String python;

    private final Map<String, String> descriptions = new TreeMap<>();
    private final List<Result> results = new ArrayList<>();
    private final List<Exclusion> excluded = new ArrayList<>();

    /**
     * @param budgetSeconds after which slow systems are left out
     * @param python the interpreter of systems that Python calls
     */
    Benchmark(
            List<SystemUnderTest> systems,
            List<Task> tasks,
            SideBySide.Settings settings,
            double budgetSeconds,
            String python) {
        this.systems = List.copyOf(systems);
        this.tasks = List.copyOf(tasks);
        this.settings = settings;
        this.budget = new TimeBudget(budgetSeconds, tasks.size(), () -> System.nanoTime() / 1e9);
        this.python = python;
    }

    BenchmarkReport run() {
        Instant start = Instant.now();
        Machine machine = Machine.ofThisProcess();
        for (int i = 0; i < tasks.size(); i++) {
            LOG.info("{} of {}: {}", i + 1, tasks.size(), tasks.get(i));
            run(tasks.get(i));
            budget.taskDone();
        }
        return BenchmarkReport.of(
                start.truncatedTo(ChronoUnit.SECONDS).toString(),
                start.until(Instant.now(), ChronoUnit.MILLIS) / 1000.0,
                machine,
                descriptions,
                results,
                excluded);
    }

    private void run(Task task) {
        List<WorkloadProcess> started = new ArrayList<>();
        try {
            for (SystemUnderTest system : systems) {
                if (system.does(task.mode())) {
                    started.add(WorkloadProcess.start(system, task, python));
                }
            }
            List<WorkloadProcess> ready = ready(started, task);
            requireSameNetwork(ready, task);
            Map<SystemUnderTest, Outcome> outcomes = new SideBySide(settings, budget).run(ready);
            for (WorkloadProcess process : ready) {
                record(process, task, outcomes.get(process.system()));
            }
        } finally {
            started.forEach(WorkloadProcess::close);
        }
    }

    private List<WorkloadProcess> ready(List<WorkloadProcess> started, Task task) {
        List<WorkloadProcess> ready = new ArrayList<>();
        for (WorkloadProcess process : started) {
            try {
                process.awaitReady();
                ready.add(process);
                descriptions.put(process.system().label(), process.description());
            } catch (ContestantFailedException e) {
                LOG.warn("{} does not start: {}", process.system().label(), e.getMessage());
                exclude(process.system(), task, "does not start: " + e.getMessage());
            }
        }
        return ready;
    }

    private static void requireSameNetwork(List<WorkloadProcess> ready, Task task) {
        long different =
                ready.stream().mapToLong(WorkloadProcess::parameters).distinct().count();
        if (different > 1) {
            throw new IllegalStateException("The systems do not compute the same %s: %s"
                    .formatted(
                            task.network().label(),
                            ready.stream()
                                    .map(process -> "%s has %d parameters"
                                            .formatted(process.system().label(), process.parameters()))
                                    .toList()));
        }
    }

    private void record(WorkloadProcess process, Task task, Outcome outcome) {
        if (outcome instanceof Outcome.Measured measured) {
            Result result = Result.of(process.system(), task, process.parameters(), measured);
            LOG.info("{} {}: {} images/s", task, result.system(), "%.1f".formatted(result.imagesPerSecondMedian()));
            results.add(result);
        } else if (outcome instanceof Outcome.Excluded reason) {
            exclude(process.system(), task, reason.reason());
        }
    }

    private void exclude(SystemUnderTest system, Task task, String reason) {
        excluded.add(new Exclusion(
                system.label(), task.network().label(), task.mode().label(), reason));
    }
}
