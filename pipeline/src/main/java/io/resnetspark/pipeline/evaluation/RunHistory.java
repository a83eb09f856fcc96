package io.resnetspark.pipeline.evaluation;

import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.RunManifest;
import io.resnetspark.pipeline.training.BatchNormMetrics;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.RoundMetrics;
import java.util.List;
import java.util.Optional;

/** A run's curves from what it measured. */
public final class RunHistory {

    private RunHistory() {}

    /** The curves of a run, however far it is. */
    public static RunCurves of(RunDirectory run) {
        return of(run, MetricsFile.read(run));
    }

    /** @param metrics those of the run that count */
    static RunCurves of(RunDirectory run, MetricsFile metrics) {
        RunManifest manifest = run.manifest();
        List<RunCurves.Validation> validations = metrics.epochs().stream()
                .flatMap(epoch ->
                        epoch.validation().map(judged -> validation(epoch.epoch(), Optional.of(judged))).stream())
                .toList();
        return new RunCurves(
                manifest.id(),
                manifest.config().path("epochs").asDouble(),
                metrics.rounds().stream().map(RunHistory::round).toList(),
                validations,
                metrics.batchNorm().stream().map(RunHistory::batchNorm).toList());
    }

    static RunCurves.Round round(RoundMetrics metrics) {
        return new RunCurves.Round(
                metrics.round(),
                metrics.progress(),
                metrics.learning().loss(),
                metrics.learning().accuracy(),
                metrics.learning().learningRate(),
                metrics.times().imagesPerSecond(),
                metrics.times().trainSeconds(),
                metrics.times().reduceSeconds(),
                metrics.times().broadcastSeconds());
    }

    static RunCurves.BatchNorm batchNorm(BatchNormMetrics metrics) {
        return new RunCurves.BatchNorm(
                metrics.epoch(),
                metrics.images(),
                validation(metrics.epoch(), metrics.before()),
                validation(metrics.epoch(), metrics.after()));
    }

    static RunCurves.Validation validation(int epoch, Optional<EpochMetrics.Validation> result) {
        return new RunCurves.Validation(
                epoch,
                result.map(EpochMetrics.Validation::loss).orElse(Double.NaN),
                result.map(EpochMetrics.Validation::accuracy).orElse(Double.NaN));
    }
}
