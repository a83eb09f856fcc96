package io.resnetspark.model.kernel;

import io.resnetspark.model.program.ParameterUpdate;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/**
 * Applies updates to vectors in the memory of the host. Values pass through small arrays that stay in the processor's cache:
 * Java computes with whole registers on arrays only, and only where all of them are read at the same index. Each value is
 * computed alone, so that the result does not depend on the number of threads.
 */
public final class HostUpdates {

    /** Four arrays of this length leave most of the first-level cache free: twice as fast as with four times as much. */
    private static final int CHUNK = 512;

    /** Parts below this are not worth waking a thread for. */
    private static final int SMALLEST_PART = 1 << 16;

    private HostUpdates() {}

    /**
     * @param parameters changed in place
     * @param gradients laid out alike
     * @param state the optimiser's vectors, laid out alike, changed in place
     * @param threads most that compute
     */
    public static void apply(
            ParameterUpdate update, FloatBuffer parameters, FloatBuffer gradients, float[][] state, int threads) {
        int length = update.end() - update.start();
        int parts = Math.max(1, Math.min(threads, length / SMALLEST_PART));
        IntStream range = IntStream.range(0, parts);
        (parts > 1 ? range.parallel() : range).forEach(part -> {
            int start = update.start() + (int) ((long) length * part / parts);
            int end = update.start() + (int) ((long) length * (part + 1) / parts);
            apply(update, parameters, gradients, state, start, end);
        });
    }

    private static void apply(
            ParameterUpdate update, FloatBuffer parameters, FloatBuffer gradients, float[][] state, int from, int to) {
        float[] parameter = new float[CHUNK];
        float[] gradient = new float[CHUNK];
        float[][] part = new float[state.length][CHUNK];
        for (int start = from; start < to; start += CHUNK) {
            int count = Math.min(CHUNK, to - start);
            parameters.get(start, parameter, 0, count);
            gradients.get(start, gradient, 0, count);
            for (int vector = 0; vector < state.length; vector++) {
                System.arraycopy(state[vector], start, part[vector], 0, count);
            }
            if (update instanceof ParameterUpdate.Momentum momentum) {
                apply(momentum, parameter, gradient, part[0], count);
            } else if (update instanceof ParameterUpdate.Adam adam) {
                apply(adam, parameter, gradient, part[0], part[1], count);
            }
            for (int vector = 0; vector < state.length; vector++) {
                System.arraycopy(part[vector], 0, state[vector], start, count);
            }
            parameters.put(start, parameter, 0, count);
        }
    }

    private static void apply(ParameterUpdate.Momentum update, float[] p, float[] g, float[] velocity, int count) {
        float gradientScale = update.gradientScale();
        float decay = update.decay();
        float momentum = update.momentum();
        float inner = update.inner();
        float blend = update.blend();
        float keep = update.keep();
        float outer = update.outer();
        for (int i = 0; i < count; i++) {
            float d = g[i] * gradientScale + decay * p[i];
            float v = momentum * velocity[i] + inner * d;
            velocity[i] = v;
            p[i] = p[i] - outer * (blend * d + keep * v);
        }
    }

    private static void apply(
            ParameterUpdate.Adam update, float[] p, float[] g, float[] mean, float[] square, int count) {
        float gradientScale = update.gradientScale();
        float beta1 = update.beta1();
        float beta2 = update.beta2();
        float epsilon = update.epsilon();
        float rate = update.rate();
        float correction = update.correction();
        float keep = update.keep();
        for (int i = 0; i < count; i++) {
            float d = g[i] * gradientScale;
            float m = beta1 * mean[i] + (1 - beta1) * d;
            float s = beta2 * square[i] + (1 - beta2) * d * d;
            mean[i] = m;
            square[i] = s;
            float root = (float) Math.sqrt(s * correction);
            p[i] = keep * p[i] - rate * m / (root + epsilon);
        }
    }
}
