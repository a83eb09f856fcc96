package io.resnetspark.model.kernel;

import io.resnetspark.model.program.ParameterUpdate;
import java.nio.FloatBuffer;

/**
 * Applies updates to vectors in the memory of the host. They pass through small arrays that stay in the processor's cache,
 * because Java computes with whole registers on arrays only.
 */
public final class HostUpdates {

    private static final int CHUNK = 2048;

    private final float[] parameter = new float[CHUNK];
    private final float[] gradient = new float[CHUNK];

    /**
     * @param parameters changed in place
     * @param gradients laid out alike
     * @param state the optimiser's vectors, laid out alike, changed in place
     */
    public void apply(ParameterUpdate update, FloatBuffer parameters, FloatBuffer gradients, float[][] state) {
        for (int start = update.start(); start < update.end(); start += CHUNK) {
            int count = Math.min(CHUNK, update.end() - start);
            parameters.get(start, parameter, 0, count);
            gradients.get(start, gradient, 0, count);
            if (update instanceof ParameterUpdate.Momentum momentum) {
                apply(momentum, state[0], start, count);
            } else if (update instanceof ParameterUpdate.Adam adam) {
                apply(adam, state[0], state[1], start, count);
            }
            parameters.put(start, parameter, 0, count);
        }
    }

    private void apply(ParameterUpdate.Momentum update, float[] velocity, int start, int count) {
        float gradientScale = update.gradientScale();
        float decay = update.decay();
        float momentum = update.momentum();
        float inner = update.inner();
        float blend = update.blend();
        float keep = update.keep();
        float outer = update.outer();
        float[] p = parameter;
        float[] g = gradient;
        for (int i = 0; i < count; i++) {
            float d = g[i] * gradientScale + decay * p[i];
            float v = momentum * velocity[start + i] + inner * d;
            velocity[start + i] = v;
            p[i] = p[i] - outer * (blend * d + keep * v);
        }
    }

    private void apply(ParameterUpdate.Adam update, float[] mean, float[] square, int start, int count) {
        float gradientScale = update.gradientScale();
        float beta1 = update.beta1();
        float beta2 = update.beta2();
        float epsilon = update.epsilon();
        float rate = update.rate();
        float correction = update.correction();
        float keep = update.keep();
        float[] p = parameter;
        float[] g = gradient;
        for (int i = 0; i < count; i++) {
            float d = g[i] * gradientScale;
            float m = beta1 * mean[start + i] + (1 - beta1) * d;
            float s = beta2 * square[start + i] + (1 - beta2) * d * d;
            mean[start + i] = m;
            square[start + i] = s;
            float root = (float) Math.sqrt(s * correction);
            p[i] = keep * p[i] - rate * m / (root + epsilon);
        }
    }
}
