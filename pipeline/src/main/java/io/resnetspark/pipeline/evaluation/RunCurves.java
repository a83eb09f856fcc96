package io.resnetspark.pipeline.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The course of a training run, for drawing. Values that were not measured are NaN.
 *
 * @param runId the run's name; empty if there is none
 * @param plannedEpochs epochs the run was to take
 * @param rounds by rising progress
 * @param validations by rising progress
 * @param batchNorm batch-norm statistics that were computed anew for the model, usually none or one
 */
public record RunCurves(
        String runId,
        double plannedEpochs,
        List<Round> rounds,
        List<Validation> validations,
        List<BatchNorm> batchNorm) {

    /** Of a model whose training is unknown. */
    public static final RunCurves NONE = new RunCurves("", 0, List.of(), List.of());

    public RunCurves {
        rounds = List.copyOf(rounds);
        validations = List.copyOf(validations);
        batchNorm = List.copyOf(batchNorm);
    }

    /** Of a run that kept the running statistics of its batch norms. */
    public RunCurves(String runId, double plannedEpochs, List<Round> rounds, List<Validation> validations) {
        this(runId, plannedEpochs, rounds, validations, List.of());
    }

    /**
     * One averaging round.
     *
     * @param round number, from 1
     * @param epoch progress at its end, in epochs
     * @param loss mean training loss over its examples
     * @param accuracy share of its training examples that were hits, 0..1
     * @param learningRate at its end
     * @param imagesPerSecond all workers together
     * @param trainSeconds spent in the workers' minibatches, wall time
     * @param reduceSeconds spent averaging
     * @param broadcastSeconds spent sending the averaged parameters out
     */
    public record Round(
            long round,
            double epoch,
            double loss,
            double accuracy,
            double learningRate,
            double imagesPerSecond,
            double trainSeconds,
            double reduceSeconds,
            double broadcastSeconds) {}

    /** An evaluation on held-out examples during the run. */
    public record Validation(double epoch, double loss, double top1) {}

    /**
     * Batch-norm statistics computed anew from training images.
     *
     * @param epoch of the model, in epochs
     * @param images number of images
     * @param before the model with its running statistics; NaN without a validation split
     * @param after with the new ones
     */
    public record BatchNorm(double epoch, long images, Validation before, Validation after) {}

    /**
     * At most {@code limit} rounds: groups of neighbours are replaced by their mean, under the last one's number and
     * progress.
     */
    RunCurves thinned(int limit) {
        if (rounds.size() <= limit) {
            return this;
        }
        int group = (rounds.size() + limit - 1) / limit;
        List<Round> means = new ArrayList<>();
        for (int start = 0; start < rounds.size(); start += group) {
            List<Round> neighbours = rounds.subList(start, Math.min(start + group, rounds.size()));
            Round last = neighbours.get(neighbours.size() - 1);
            means.add(new Round(
                    last.round,
                    last.epoch,
                    mean(neighbours, Round::loss),
                    mean(neighbours, Round::accuracy),
                    mean(neighbours, Round::learningRate),
                    mean(neighbours, Round::imagesPerSecond),
                    mean(neighbours, Round::trainSeconds),
                    mean(neighbours, Round::reduceSeconds),
                    mean(neighbours, Round::broadcastSeconds)));
        }
        return new RunCurves(runId, plannedEpochs, means, validations, batchNorm);
    }

    private static double mean(List<Round> rounds, ToDoubleFunction<Round> value) {
        return rounds.stream().mapToDouble(value).average().orElse(Double.NaN);
    }
}
