package io.resnetspark.pipeline.training.loop;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.checkpoint.TrainingPosition;
import io.resnetspark.model.training.StepResult;
import io.resnetspark.pipeline.run.BestCheckpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.OptimizationConfig;
import io.resnetspark.pipeline.training.RunConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.averaging.Averager;
import io.resnetspark.pipeline.training.averaging.RoundDivergedException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trains epoch after epoch: judges each, publishes checkpoints, and keeps the newest and the best of them. */
public final class EpochLoop {

    private static final Logger LOG = LoggerFactory.getLogger(EpochLoop.class);

    private final RunDirectory run;
    private final OptimizationConfig optimization;
    private final RunConfig kept;
    private final Averager averager;
    private final List<TrainingListener> listeners;
    private final Supplier<Checkpoint> checkpoint;
    private final ParameterLayout layout;

    /**
     * @param optimization how long is trained
     * @param kept which checkpoints stay
     * @param checkpoint of the whole model where the averager stands
     * @param layout of the whole model
     */
    EpochLoop(
            RunDirectory run,
            OptimizationConfig optimization,
            RunConfig kept,
            Averager averager,
            List<TrainingListener> listeners,
            Supplier<Checkpoint> checkpoint,
            ParameterLayout layout) {
        this.run = run;
        this.optimization = optimization;
        this.kept = kept;
        this.averager = averager;
        this.listeners = listeners;
        this.checkpoint = checkpoint;
        this.layout = layout;
    }

    /**
     * Trains from where the averager stands to the last epoch, or to the one that stops it early.
     *
     * @throws RoundDivergedException if an epoch leaves weights that cannot be judged
     */
    void run() {
        while (averager.position().epoch() < optimization.epochs()) {
            if (stopsEarly(averager.position().epoch())) {
                LOG.info(
                        "Stopped after epoch {}: no better validation since epoch {}",
                        averager.position().epoch(),
                        run.best().orElseThrow().epoch());
                return;
            }
            trainEpoch();
        }
    }

    /** The best epoch is on disk, so that a resumed training stops where it would have. */
    private boolean stopsEarly(int epoch) {
        int patience = optimization.earlyStoppingEpochs();
        return patience > 0
                && run.best().map(best -> epoch - best.epoch() >= patience).orElse(false);
    }

    private void trainEpoch() {
        long begin = System.nanoTime();
        averager.trainEpoch();
        StepResult trained = averager.epochResult();
        Optional<EpochMetrics.Validation> validation = Optional.empty();
        if (run.manifest().images().valExamples() > 0) {
            StepResult result = averager.validate();
            if (!Double.isFinite(result.loss())) {
                throw new RoundDivergedException(
                        averager.position().round(),
                        averager.position().epoch(),
                        "left weights whose validation loss is " + result.loss());
            }
            validation = Optional.of(EpochMetrics.Validation.of(result));
        }
        TrainingPosition position = averager.position();
        EpochMetrics metrics = new EpochMetrics(
                position.epoch(),
                position.round(),
                trained.examples(),
                trained.loss(),
                trained.accuracy(),
                validation,
                (System.nanoTime() - begin) / 1e9);
        listeners.forEach(listener -> listener.epochDone(metrics));

        boolean last = position.epoch() == optimization.epochs();
        boolean better = validation.isPresent()
                && run.best()
                        .map(best -> metrics.validation().get().accuracy() > best.accuracy())
                        .orElse(true);
        boolean ends = last || (!better && stopsEarly(position.epoch()));
        if (ends || better || position.epoch() % kept.checkpointEveryEpochs() == 0) {
            String name = run.writeCheckpoint(checkpoint.get(), layout);
            if (better) {
                run.writeBest(new BestCheckpoint(
                        name,
                        position.epoch(),
                        metrics.validation().get().accuracy(),
                        metrics.validation().get().loss()));
            }
            dropOldCheckpoints();
        }
    }

    private void dropOldCheckpoints() {
        List<String> names = run.checkpoints();
        String best = run.best().map(BestCheckpoint::checkpoint).orElse("");
        for (int i = 0; i < names.size() - kept.keepCheckpoints(); i++) {
            if (!names.get(i).equals(best)) {
                run.deleteCheckpoint(names.get(i));
            }
        }
    }
}
