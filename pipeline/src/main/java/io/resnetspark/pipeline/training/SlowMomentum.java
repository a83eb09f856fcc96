package io.resnetspark.pipeline.training;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ParameterLayout.Segment;
import java.io.Serializable;

/**
 * Momentum over rounds: SlowMo, Wang, Tantia, Ballas and Rabbat 2020, arXiv:1910.00643, algorithm 1, which with a constant
 * learning rate is the block momentum of Chen and Huo 2016 (BMUF). A round that began at the weights {@code x} and averaged
 * to {@code y} at the learning rate {@code γ} moves the momentum {@code u} and the weights to
 *
 * <pre>
 *   u' = momentum u + (x - y) / γ
 *   x' = x - rate γ u'
 * </pre>
 *
 * <p>Only trained weights move: running statistics and the optimiser's vectors are averaged as without it. With a momentum of
 * 0 and a rate of 1, {@code x'} is {@code y}: plain averaging.
 *
 * @param momentum 0 to below 1
 * @param rate positive
 */
public record SlowMomentum(double momentum, double rate) implements Serializable {

    /** Plain averaging. */
    public static final SlowMomentum OFF = new SlowMomentum(0, 1);

    public SlowMomentum {
        if (!(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException(
                    "slow-momentum.momentum must be at least 0 and below 1, not " + momentum);
        }
        if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("slow-momentum.rate must be positive, not " + rate);
        }
    }

    public boolean isOff() {
        return equals(OFF);
    }

    /** Where the weights and their momentum are after a round. */
    public record Moved(float[] parameters, float[] momentum) {}

    /**
     * @param start weights the round began with
     * @param averaged weights the workers averaged to
     * @param before momentum before the round
     * @param learningRate of the round; where it is 0 nothing but running statistics has moved, and the momentum decays
     */
    public Moved move(ParameterLayout layout, float[] start, float[] averaged, float[] before, double learningRate) {
        float[] moved = averaged.clone();
        float[] after = new float[averaged.length];
        double perRate = learningRate == 0 ? 0 : 1 / learningRate;
        for (Segment segment : layout.segments()) {
            if (!segment.kind().trainable()) {
                continue;
            }
            for (int i = segment.offset(); i < segment.end(); i++) {
                double way = (double) start[i] - averaged[i];
                double kept = momentum * before[i];
                after[i] = (float) (kept + way * perRate);
                // start - rate γ u', written so that plain averaging is exact
                moved[i] = (float) (averaged[i] + (1 - rate) * way - rate * learningRate * kept);
            }
        }
        return new Moved(moved, after);
    }
}
