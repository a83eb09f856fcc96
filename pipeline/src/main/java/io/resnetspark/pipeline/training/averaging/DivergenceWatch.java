package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.model.training.TrainingState;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.OnDivergence;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Judges on the driver whether a round may become the next state. It may not if its mean loss, its averaged weights or its
 * optimiser state are not finite, or if the loss exploded: if it is more than {@code lossFactor} times the largest of
 *
 * <ul>
 *   <li>the median loss of the last {@value #REMEMBERED} rounds, so that networks which live with large losses may;
 *   <li>ln(classes), the loss of one who knows nothing, so that ups and downs of a small loss do not count;
 *   <li>one nat, since single minibatches of two or three classes do reach several times their ln(classes).
 * </ul>
 */
public final class DivergenceWatch {

    private static final int REMEMBERED = 21;

    private final double lossFactor;
    private final double floor;
    private final Deque<Double> losses = new ArrayDeque<>();

    /** @param before losses of the rounds done so far, oldest first */
    DivergenceWatch(double lossFactor, int classes, List<Double> before) {
        this.lossFactor = lossFactor;
        this.floor = Math.max(1, Math.log(classes));
        before.forEach(this::remember);
    }

    /** A watch that knows what a run's first rounds were like: a resumed training judges as an uninterrupted one would. */
    public static DivergenceWatch of(OnDivergence config, int classes, RunDirectory run, int rounds) {
        List<Double> before = MetricsFile.read(run).upTo(rounds).rounds().stream()
                .map(round -> round.learning().loss())
                .toList();
        return new DivergenceWatch(config.lossFactor(), classes, before);
    }

    private void remember(double loss) {
        losses.addLast(loss);
        if (losses.size() > REMEMBERED) {
            losses.removeFirst();
        }
    }

    /**
     * Judges a round; a good one's loss is remembered.
     *
     * @param loss mean over the round's images
     * @param next the state that the round would leave
     * @return what is wrong with it, in words that can follow "in round 7"; empty if nothing is
     */
    public Optional<String> judge(double loss, TrainingState next) {
        if (!Double.isFinite(loss)) {
            return Optional.of("the loss became " + loss);
        }
        double limit = limit();
        if (loss > limit) {
            return Optional.of(
                    "the loss became %.4g, and %.4g is where it counts as exploded (on-divergence.loss-factor)"
                            .formatted(loss, limit));
        }
        if (!isFinite(next)) {
            return Optional.of("weights or optimiser state became infinite or NaN");
        }
        remember(loss);
        return Optional.empty();
    }

    private double limit() {
        if (lossFactor == 0) {
            return Double.MAX_VALUE;
        }
        double[] sorted =
                losses.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        // of an even number the lower one: a single high loss must not raise the limit
        double median = sorted.length == 0 ? 0 : sorted[(sorted.length - 1) / 2];
        return lossFactor * Math.max(floor, median);
    }

    private static boolean isFinite(TrainingState state) {
        if (!isFinite(state.parameters())) {
            return false;
        }
        for (float[] vector : state.optimizer()) {
            if (!isFinite(vector)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFinite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }
}
