package io.resnetspark.pipeline.training.loop;

import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.checkpoint.TrainingPosition;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.DivergedException;
import io.resnetspark.pipeline.run.BestCheckpoint;
import io.resnetspark.pipeline.run.ReturnToCheckpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.averaging.RoundDivergedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a training whose loss exploded back to its last good checkpoint, at a lower learning rate.
 *
 * <p>A checkpoint is good once a round trained from it was: weights that are about to explode may still be finite when they
 * are stored. What is newer than the good checkpoint is deleted before the return is recorded, so that whoever resumes the
 * run in between finds the same explosion again, and whoever resumes it later finds the lower rate.
 */
public final class DivergenceRecovery {

    private static final Logger LOG = LoggerFactory.getLogger(DivergenceRecovery.class);

    private final OnDivergence config;
    private final RunDirectory run;
    private final Supplier<StartingPoint> beginning;
    private final List<ReturnToCheckpoint> returns;

    /**
     * @param before returns of the run's earlier attempts
     * @param beginning makes the state before the first round
     */
    DivergenceRecovery(
            OnDivergence config, RunDirectory run, List<ReturnToCheckpoint> before, Supplier<StartingPoint> beginning) {
        this.config = config;
        this.run = run;
        this.returns = new ArrayList<>(before);
        this.beginning = beginning;
    }

    /** Trains from a state to the end of the training. */
    @FunctionalInterface
    interface Attempt {

        /**
         * @param rateFactor factor on the configured learning rate
         * @throws RoundDivergedException if the loss explodes
         */
        TrainingPosition train(StartingPoint from, double rateFactor);
    }

    /**
     * Trains, going back whenever the loss explodes, as far as that is allowed.
     *
     * @param listeners hear of every return
     * @return where the training ended
     * @throws DivergedException if the loss explodes and the training may not go back
     */
    TrainingPosition trainUntilDone(StartingPoint start, List<TrainingListener> listeners, Attempt attempt) {
        StartingPoint from = start;
        while (true) {
            try {
                return attempt.train(from, learningRateFactor());
            } catch (RoundDivergedException failure) {
                from = goBack(failure);
                ReturnToCheckpoint made = returns.get(returns.size() - 1);
                listeners.forEach(listener -> listener.returned(made));
            }
        }
    }

    private double learningRateFactor() {
        return returns.isEmpty() ? 1 : returns.get(returns.size() - 1).learningRateFactor();
    }

    private StartingPoint goBack(RoundDivergedException failure) {
        if (config.action() == OnDivergence.Action.STOP) {
            throw failure;
        }
        if (returns.size() >= config.atMost()) {
            throw new DivergedException(
                    "%s. The training went back %d times, as often as on-divergence.at-most allows"
                            .formatted(failure.getMessage(), returns.size()),
                    failure);
        }
        StartingPoint good = lastGood(failure.round() - 1);
        int round = good.snapshot().position().round();
        deleteAfter(round);
        ReturnToCheckpoint made = new ReturnToCheckpoint(
                failure.round(),
                failure.reason(),
                round,
                good.snapshot().position().examples(),
                learningRateFactor() * config.rateFactor());
        returns.add(made);
        run.writeManifest(run.manifest().withReturns(returns));
        LOG.warn("{}", made.describe());
        return good;
    }

    private StartingPoint lastGood(int roundsDone) {
        List<String> names = new ArrayList<>(run.checkpoints());
        java.util.Collections.reverse(names);
        for (String name : names) {
            try {
                Checkpoint checkpoint = run.readCheckpoint(name);
                if (checkpoint.position().round() < roundsDone) {
                    return new StartingPoint(checkpoint.card(), checkpoint.snapshot(), "checkpoint " + name);
                }
            } catch (BadDataException e) {
                LOG.warn("Checkpoint {} cannot be used ({}); trying the one before", name, e.getMessage());
            }
        }
        return beginning.get();
    }

    private void deleteAfter(int round) {
        String last = RunDirectory.checkpointName(round);
        for (String name : run.checkpoints()) {
            if (name.compareTo(last) > 0) {
                run.deleteCheckpoint(name);
            }
        }
        if (run.best().filter(best -> best.checkpoint().compareTo(last) > 0).isPresent()) {
            bestOfRemaining().ifPresentOrElse(run::writeBest, run::deleteBest);
        }
    }

    private Optional<BestCheckpoint> bestOfRemaining() {
        List<String> names = run.checkpoints();
        Optional<BestCheckpoint> best = Optional.empty();
        for (EpochMetrics epoch : MetricsFile.read(run).epochs()) {
            String name = RunDirectory.checkpointName(epoch.round());
            Optional<BestCheckpoint> judged = epoch.validation()
                    .map(found -> new BestCheckpoint(name, epoch.epoch(), found.accuracy(), found.loss()));
            if (names.contains(name)
                    && judged.isPresent()
                    && best.map(known -> judged.get().accuracy() > known.accuracy())
                            .orElse(true)) {
                best = judged;
            }
        }
        return best;
    }
}
