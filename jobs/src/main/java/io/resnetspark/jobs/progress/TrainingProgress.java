package io.resnetspark.jobs.progress;

import io.resnetspark.pipeline.run.ReturnToCheckpoint;
import io.resnetspark.pipeline.training.BatchNormMetrics;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.TrainingSummary;
import java.util.Locale;
import java.util.OptionalDouble;

/** Shows a training: what it is, a bar while it runs, a line for every epoch. */
public final class TrainingProgress implements TrainingListener, AutoCloseable {

    private final ProgressDisplay display;
    private ProgressMeter meter;
    private TrainingSummary summary;
    private long done;

    private TrainingProgress(ProgressDisplay display) {
        this.display = display;
    }

    public static TrainingProgress onStandardError() {
        return new TrainingProgress(ProgressDisplay.onStandardError());
    }

    @Override
    public void started(TrainingSummary training) {
        summary = training;
        done = training.course().examplesDone();
        meter = new ProgressMeter(
                ProgressUnit.IMAGES, done, Math.max(1, training.course().totalExamples()), System::nanoTime);
        display.print(String.format(
                Locale.ROOT,
                "%s, %,d parameters, %d classes; %,d training and %,d validation images",
                training.network().architecture(),
                training.network().parameters(),
                training.network().classes(),
                training.images().training(),
                training.images().validation()));
        display.print(String.format(
                Locale.ROOT,
                "%d workers x %d threads, batches of %d, averaged %s; %d epochs, %d rounds; %s",
                training.workers().count(),
                training.workers().threads(),
                training.workers().batchSize(),
                training.averaging(),
                training.course().epochs(),
                training.course().totalRounds(),
                training.kernels()));
    }

    @Override
    public void roundDone(RoundMetrics metrics) {
        done += metrics.learning().examples();
        display.show(meter.advance(
                "epoch %d/%d".formatted(metrics.epoch() + 1, summary.course().epochs()),
                done,
                OptionalDouble.of(metrics.learning().loss()),
                OptionalDouble.of(metrics.learning().learningRate())));
    }

    @Override
    public void epochDone(EpochMetrics metrics) {
        String validation = metrics.validation()
                .map(result -> String.format(
                        Locale.ROOT,
                        "; validation loss %.4f, accuracy %.2f %%",
                        result.loss(),
                        100 * result.accuracy()))
                .orElse("");
        display.print(String.format(
                Locale.ROOT,
                "epoch %d/%d: loss %.4f, accuracy %.2f %%%s; %.1f s",
                metrics.epoch(),
                summary.course().epochs(),
                metrics.loss(),
                100 * metrics.accuracy(),
                validation,
                metrics.seconds()));
    }

    @Override
    public void batchNormReestimated(BatchNormMetrics metrics) {
        String validation = metrics.before()
                .map(before -> String.format(
                        Locale.ROOT,
                        ": validation loss %.4f, accuracy %.2f %% before; %.4f, %.2f %% after",
                        before.loss(),
                        100 * before.accuracy(),
                        metrics.after().orElseThrow().loss(),
                        100 * metrics.after().orElseThrow().accuracy()))
                .orElse("");
        display.print(String.format(
                Locale.ROOT,
                "batch-norm statistics of %,d images%s; %.1f s",
                metrics.images(),
                validation,
                metrics.seconds()));
    }

    @Override
    public void returned(ReturnToCheckpoint made) {
        done = made.examples();
        meter = new ProgressMeter(
                ProgressUnit.IMAGES, done, Math.max(1, summary.course().totalExamples()), System::nanoTime);
        display.print(made.describe());
    }

    @Override
    public void close() {
        display.close();
    }
}
