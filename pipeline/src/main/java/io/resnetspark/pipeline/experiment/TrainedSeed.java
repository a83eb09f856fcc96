package io.resnetspark.pipeline.experiment;

import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.RunManifest;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.EpochMetrics.Validation;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.RoundMetrics;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What a training with one seed left in its run.
 *
 * @param training its line of the experiment
 * @param seed of weights, order and augmentation
 * @param status how its run stands
 * @param parameters trainable parameters of the network
 * @param epochs those that were finished
 */
record TrainedSeed(Training training, long seed, TrainingStatus status, long parameters, List<EpochResult> epochs) {

    boolean isFinished() {
        return status == TrainingStatus.DONE || status == TrainingStatus.DIVERGED;
    }

    /** The measure after the last epoch; NaN for a training that diverged. */
    double result(Measure measure) {
        return status == TrainingStatus.DONE ? measure.of(epochs.get(epochs.size() - 1)) : Double.NaN;
    }

    static TrainedSeed read(Training training, long seed, RunDirectory run) {
        RunManifest manifest = run.manifest();
        List<EpochResult> epochs = new ArrayList<>();
        long images = 0;
        double seconds = 0;
        long workerBytes = 0;
        long driverBytes = 0;
        MetricsFile metrics = MetricsFile.read(run);
        Iterator<RoundMetrics> rounds = metrics.rounds().iterator();
        int round = 0;
        for (EpochMetrics epoch : metrics.epochs()) {
            while (round < epoch.round() && rounds.hasNext()) {
                RoundMetrics next = rounds.next();
                round = next.round();
                workerBytes += next.traffic().workerSentBytes();
                driverBytes += next.traffic().driverBytes();
            }
            images += epoch.examples();
            seconds += epoch.seconds();
            epochs.add(new EpochResult(
                    epoch.epoch(),
                    images,
                    epoch.loss(),
                    1 - epoch.accuracy(),
                    epoch.validation().map(Validation::loss).orElse(Double.NaN),
                    epoch.validation().map(judged -> 1 - judged.accuracy()).orElse(Double.NaN),
                    seconds,
                    workerBytes,
                    driverBytes));
        }
        return new TrainedSeed(
                training, seed, manifest.progress().status(), manifest.network().parameters(), List.copyOf(epochs));
    }
}
