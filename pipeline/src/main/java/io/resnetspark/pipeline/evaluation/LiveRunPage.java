package io.resnetspark.pipeline.evaluation;

import io.resnetspark.pipeline.run.ReturnToCheckpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.training.BatchNormMetrics;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.TrainingSummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** Keeps the page of a run current, {@code report/index.html} of its directory; a refresh every few seconds. */
public final class LiveRunPage implements TrainingListener {

    private static final long REFRESH_NANOS = 10_000_000_000L;

    private final RunDirectory run;
    private final AtomicStore report;
    private final List<RunCurves.Round> rounds = new ArrayList<>();
    private final List<RunCurves.Validation> validations = new ArrayList<>();
    private final List<RunCurves.BatchNorm> batchNorm = new ArrayList<>();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private double epochs;
    private long written;

    public LiveRunPage(String runDirectory, Configuration hadoop) {
        this.run = RunDirectory.at(runDirectory, hadoop);
        this.report = AtomicStore.at(runDirectory + "/report", hadoop);
    }

    @Override
    public void started(TrainingSummary summary) {
        if (run.exists() && summary.course().examplesDone() > 0) {
            RunCurves before = RunHistory.of(
                    run, MetricsFile.read(run).upTo(summary.course().roundsDone()));
            rounds.addAll(before.rounds());
            validations.addAll(before.validations());
            batchNorm.addAll(before.batchNorm());
        }
        epochs = summary.course().epochs();
        settings.put("network", summary.network().architecture());
        settings.put("parameters", "%,d".formatted(summary.network().parameters()));
        settings.put("training images", "%,d".formatted(summary.images().training()));
        settings.put("classes", "%,d".formatted(summary.network().classes()));
        settings.put(
                "workers",
                "%d with %d threads each"
                        .formatted(summary.workers().count(), summary.workers().threads()));
        settings.put("batch size", "%d per worker".formatted(summary.workers().batchSize()));
        settings.put("averaging", summary.averaging());
        settings.put("computes with", summary.kernels());
        showReturns();
        write(TrainingStatus.RUNNING);
    }

    @Override
    public void roundDone(RoundMetrics metrics) {
        rounds.add(RunHistory.round(metrics));
        if (System.nanoTime() - written > REFRESH_NANOS) {
            write(TrainingStatus.RUNNING);
        }
    }

    @Override
    public void epochDone(EpochMetrics metrics) {
        if (metrics.validation().isPresent()) {
            validations.add(RunHistory.validation(metrics.epoch(), metrics.validation()));
        }
    }

    @Override
    public void batchNormReestimated(BatchNormMetrics metrics) {
        batchNorm.add(RunHistory.batchNorm(metrics));
    }

    @Override
    public void returned(ReturnToCheckpoint made) {
        rounds.removeIf(round -> round.round() > made.round());
        double epochsDone = rounds.isEmpty() ? 0 : rounds.get(rounds.size() - 1).epoch();
        validations.removeIf(validation -> validation.epoch() > epochsDone);
        showReturns();
        write(TrainingStatus.RUNNING);
    }

    private void showReturns() {
        List<ReturnToCheckpoint> returns = run.manifest().progress().returns();
        if (!returns.isEmpty()) {
            settings.put(
                    "went back",
                    "%d times, last: %s"
                            .formatted(
                                    returns.size(),
                                    returns.get(returns.size() - 1).describe()));
        }
    }

    @Override
    public void ended(TrainingStatus status) {
        write(status);
    }

    private void write(TrainingStatus status) {
        RunPage.write(
                report, status, new RunCurves(run.manifest().id(), epochs, rounds, validations, batchNorm), settings);
        written = System.nanoTime();
    }
}
