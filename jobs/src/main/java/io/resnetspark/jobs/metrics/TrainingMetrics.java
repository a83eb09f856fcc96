package io.resnetspark.jobs.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.resnetspark.pipeline.run.ReturnToCheckpoint;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.TrainingSummary;

/**
 * The metrics of the trainings of a process, in a registry of their own, labelled with the directory of the run. Counters
 * begin at zero with the process, also where a training is resumed.
 */
public final class TrainingMetrics implements TrainingListener {

    private static final String RUN = "run";

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Gauge info = gauge("info", "What is trained; always 1.", RUN, "architecture", "kernels");
    private final Gauge active = gauge("active", "1 while the training runs, else 0.", RUN);
    private final Counter rounds = counter("rounds_total", "Averaging rounds done.", RUN);
    private final Counter images = counter("images_total", "Images trained, repeats included.", RUN);
    private final Counter seconds = counter(
            "seconds_total",
            "Time of rounds by phase, of the slowest worker: train, input_wait, broadcast, reduce.",
            RUN,
            "phase");
    private final Counter sentBytes = counter(
            "sent_bytes_total",
            "Payload of averaging: of the worker that sent most, and of the driver, received and sent.",
            RUN,
            "by");
    private final Counter returns =
            counter("returns_total", "Times that the loss exploded and an earlier checkpoint was returned to.", RUN);
    private final Gauge epochs = gauge("epochs", "Epochs done, with the fraction of the current one.", RUN);
    private final Gauge plannedEpochs = gauge("planned_epochs", "Epochs of the whole training.", RUN);
    private final Gauge workers = gauge("workers", "Training tasks.", RUN);
    private final Gauge loss = gauge("loss", "Mean cross-entropy of the last round's minibatches, in nats.", RUN);
    private final Gauge accuracy = gauge("accuracy", "Top-1 of the last round's minibatches, 0 to 1.", RUN);
    private final Gauge learningRate = gauge("learning_rate", "Of the last round's last step.", RUN);
    private final Gauge imagesPerSecond = gauge("images_per_second", "Of the last round, all workers together.", RUN);
    private final Gauge lastRound =
            gauge("last_round_timestamp_seconds", "When the last round ended, in Unix time.", RUN);
    private final Gauge validationLoss =
            gauge("validation_loss", "Mean cross-entropy on the validation split after the last epoch, in nats.", RUN);
    private final Gauge validationAccuracy =
            gauge("validation_accuracy", "Top-1 on the validation split after the last epoch, 0 to 1.", RUN);

    private String run = "";

    private Gauge gauge(String name, String help, String... labels) {
        return Gauge.builder()
                .name("resnet_training_" + name)
                .help(help)
                .labelNames(labels)
                .register(registry);
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder()
                .name("resnet_training_" + name)
                .help(help)
                .labelNames(labels)
                .register(registry);
    }

    PrometheusRegistry registry() {
        return registry;
    }

    @Override
    public void started(TrainingSummary training) {
        run = training.run();
        info.labelValues(run, training.network().architecture(), training.kernels())
                .set(1);
        active.labelValues(run).set(1);
        plannedEpochs.labelValues(run).set(training.course().epochs());
        workers.labelValues(run).set(training.workers().count());
        rounds.initLabelValues(run);
        images.initLabelValues(run);
        returns.initLabelValues(run);
        lastRound.labelValues(run).set(now());
    }

    private static double now() {
        return System.currentTimeMillis() / 1000.0;
    }

    @Override
    public void roundDone(RoundMetrics metrics) {
        rounds.labelValues(run).inc();
        images.labelValues(run).inc(metrics.learning().examples());
        seconds.labelValues(run, "train").inc(metrics.times().trainSeconds());
        seconds.labelValues(run, "input_wait").inc(metrics.times().inputWaitSeconds());
        seconds.labelValues(run, "broadcast").inc(metrics.times().broadcastSeconds());
        seconds.labelValues(run, "reduce").inc(Math.max(0, metrics.times().reduceSeconds()));
        sentBytes.labelValues(run, "worker").inc(metrics.traffic().workerSentBytes());
        sentBytes.labelValues(run, "driver").inc(metrics.traffic().driverBytes());
        epochs.labelValues(run).set(metrics.progress());
        loss.labelValues(run).set(metrics.learning().loss());
        accuracy.labelValues(run).set(metrics.learning().accuracy());
        learningRate.labelValues(run).set(metrics.learning().learningRate());
        imagesPerSecond.labelValues(run).set(metrics.times().imagesPerSecond());
        lastRound.labelValues(run).set(now());
    }

    @Override
    public void epochDone(EpochMetrics metrics) {
        metrics.validation().ifPresent(validation -> {
            validationLoss.labelValues(run).set(validation.loss());
            validationAccuracy.labelValues(run).set(validation.accuracy());
        });
    }

    @Override
    public void returned(ReturnToCheckpoint made) {
        returns.labelValues(run).inc();
    }

    @Override
    public void ended(TrainingStatus status) {
        active.labelValues(run).set(0);
    }
}
