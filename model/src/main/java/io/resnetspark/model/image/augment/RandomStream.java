package io.resnetspark.model.image.augment;

/**
 * Reproducible random numbers for one purpose on one image in one epoch: SplitMix64 (Steele, Lea, Flood 2014) started
 * from a hash of (seed, epoch, image, purpose). Because nothing else enters, an image is augmented the same way by
 * whichever worker, thread or batch takes it, and switching one augmentation on leaves the others as they were.
 */
public final class RandomStream {

    /** What the numbers decide; each has its own stream. Names may change, the order may not. */
    public enum Purpose {
        CROP,
        FLIP,
        COLOUR,
        ERASING,
        MIXING
    }

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    public RandomStream(long seed, long epoch, long imageId, Purpose purpose) {
        state = mix(seed + GOLDEN_GAMMA);
        state = mix(state + epoch * GOLDEN_GAMMA);
        state = mix(state + imageId * GOLDEN_GAMMA);
        state = mix(state + purpose.ordinal() * GOLDEN_GAMMA);
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    long next() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** Uniform in [0, 1) with 53 bits. */
    double uniform() {
        return (next() >>> 11) * 0x1.0p-53;
    }

    /** Uniform in [low, high). */
    double uniform(double low, double high) {
        return low + (high - low) * uniform();
    }

    /** Uniform in 0..bound-1; the bias of the multiplication is below bound / 2^32. */
    int below(int bound) {
        return (int) ((next() >>> 32) * bound >>> 32);
    }

    public boolean withProbability(double probability) {
        return uniform() < probability;
    }

    /** Beta(alpha, alpha), by two gamma variates. */
    public double beta(double alpha) {
        double first = gamma(alpha);
        double second = gamma(alpha);
        double sum = first + second;
        // For a tiny alpha both can underflow; the distribution is then a coin between its ends.
        return sum > 0 ? first / sum : Math.rint(uniform());
    }

    /** Gamma(shape, 1): Marsaglia and Tsang 2000, with their boost for shapes below 1. */
    private double gamma(double shape) {
        if (shape < 1) {
            return gamma(shape + 1) * Math.pow(1 - uniform(), 1 / shape);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = gaussian();
            double v = 1 + c * x;
            v = v * v * v;
            if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                return d * v;
            }
        }
    }

    /** Box and Muller 1958. */
    private double gaussian() {
        return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    }
}
