package io.resnetspark.model.layer;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** First values of a parameter; the same for the same seed and parameter name on every backend. */
public sealed interface Initialization {

    /** Fills {@code values} with the first values of the parameter {@code key} of a network seeded with {@code seed}. */
    void fill(float[] values, long seed, String key);

    /** A constant: batch norm's scale, shift and running statistics. */
    record Constant(float value) implements Initialization {
        @Override
        public void fill(float[] values, long seed, String key) {
            java.util.Arrays.fill(values, value);
        }
    }

    /**
     * Normal with variance {@code 2 / fanOut}: He et al. 2015, arXiv:1502.01852, in the fan-out form torchvision's ResNet
     * uses.
     */
    record HeFanOut(long fanOut) implements Initialization {
        @Override
        public void fill(float[] values, long seed, String key) {
            double deviation = Math.sqrt(2.0 / fanOut);
            RandomGenerator random = random(seed, key);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (deviation * random.nextGaussian());
            }
        }
    }

    /** Uniform in {@code ±1/sqrt(fanIn)}: PyTorch's default for linear layers and for biases. */
    record UniformFanIn(long fanIn) implements Initialization {
        @Override
        public void fill(float[] values, long seed, String key) {
            double bound = 1.0 / Math.sqrt(fanIn);
            RandomGenerator random = random(seed, key);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
        }
    }

    private static RandomGenerator random(long seed, String key) {
        // The generator adds a constant to its seed at every call; seeds that differ by little must not meet in its
        // stream.
        return new SplittableRandom(new SplittableRandom(seed).nextLong() + key.hashCode());
    }
}
