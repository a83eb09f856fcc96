package io.resnetspark.model.optim;

import java.io.Serializable;
import java.util.List;

/** The factor on the base learning rate at a point of training. */
public sealed interface LearningRateSchedule extends Serializable {

    /** Factor at {@code progress}, at least 0. */
    double factor(Progress progress);

    /** The same course over a training {@code times} as long: what counts epochs counts more of them. */
    default LearningRateSchedule stretched(double times) {
        return this;
    }

    /** Always 1. */
    record Constant() implements LearningRateSchedule {
        @Override
        public double factor(Progress progress) {
            return 1;
        }
    }

    /**
     * Multiplied by {@code decay} at each milestone. He et al. 2015, section 4.2: 0.1 at 32k and 48k of 64k steps.
     *
     * @param milestones in epochs, ascending
     * @param decay between 0 and 1
     */
    record Step(List<Double> milestones, double decay) implements LearningRateSchedule {
        public Step {
            milestones = List.copyOf(milestones);
            if (milestones.isEmpty()
                    || !milestones.equals(milestones.stream().sorted().toList())) {
                throw new IllegalArgumentException("milestones must be ascending epochs, not " + milestones);
            }
            if (!(decay > 0 && decay < 1)) {
                throw new IllegalArgumentException("decay must lie between 0 and 1, not " + decay);
            }
        }

        @Override
        public double factor(Progress progress) {
            long passed = milestones.stream()
                    .filter(milestone -> progress.epochs() >= milestone)
                    .count();
            return Math.pow(decay, passed);
        }

        @Override
        public LearningRateSchedule stretched(double times) {
            return new Step(
                    milestones.stream().map(milestone -> milestone * times).toList(), decay);
        }
    }

    /** Half a cosine from 1 to 0. Loshchilov and Hutter 2016, arXiv:1608.03983. */
    record Cosine() implements LearningRateSchedule {
        @Override
        public double factor(Progress progress) {
            return 0.5 * (1 + Math.cos(Math.PI * progress.fraction()));
        }
    }

    /**
     * Up linearly from {@code start} to 1 during {@code rise}, then down along half a cosine to {@code end}. Smith and Topin
     * 2017, arXiv:1708.07120.
     *
     * @param rise fraction of the training, between 0 and 1
     * @param start first factor, between 0 and 1
     * @param end last factor, between 0 and 1
     */
    record OneCycle(double rise, double start, double end) implements LearningRateSchedule {
        public OneCycle {
            if (!(rise > 0 && rise < 1) || !(start >= 0 && start <= 1) || !(end >= 0 && end <= 1)) {
                throw new IllegalArgumentException(
                        "rise, start and end must lie between 0 and 1: %s, %s, %s".formatted(rise, start, end));
            }
        }

        @Override
        public double factor(Progress progress) {
            double fraction = progress.fraction();
            if (fraction < rise) {
                return start + (1 - start) * fraction / rise;
            }
            double fall = (fraction - rise) / (1 - rise);
            return end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * fall));
        }
    }

    /**
     * Up linearly from 0 during the first epochs, then as {@code then}. Goyal et al. 2017, arXiv:1706.02677, section 2.2.
     *
     * @param epochs length of the rise, positive
     */
    record WarmUp(double epochs, LearningRateSchedule then) implements LearningRateSchedule {
        public WarmUp {
            if (!(epochs > 0)) {
                throw new IllegalArgumentException("warm-up must last more than 0 epochs, not " + epochs);
            }
        }

        @Override
        public double factor(Progress progress) {
            return then.factor(progress) * Math.min(1, progress.epochs() / epochs);
        }

        @Override
        public LearningRateSchedule stretched(double times) {
            return new WarmUp(epochs * times, then.stretched(times));
        }
    }
}
