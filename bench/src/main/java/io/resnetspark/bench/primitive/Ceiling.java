package io.resnetspark.bench.primitive;

import io.resnetspark.model.kernel.onednn.training.OneDnnTrainingProgram.StepTime;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Step.Learning;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Value;
import io.resnetspark.model.program.Window;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What the processor can do at most: a product of a matrix of 4,096 x 2,048 with one of 2,048 x 2,048, by the same library as
 * the networks, and a copy between arrays that fit into no cache.
 *
 * @param flops a second
 * @param bytes read and written a second
 */
record Ceiling(double flops, double bytes) {

    private static final int CHANNELS = 2048;
    private static final int SIDE = 64;
    private static final int BATCH = 1;
    private static final int COPIED = 1 << 26;
    private static final int COPIES = 8;

    static Ceiling measure(TrainingPrecision precision, double seconds, int threads) {
        return new Ceiling(product(precision, seconds), copy(threads));
    }

    double of(StepWork.Bound bound) {
        return bound == StepWork.Bound.ARITHMETIC ? flops : bytes;
    }

    /** A 1x1 convolution is a matrix product of pixels and weights. */
    private static double product(TrainingPrecision precision, double seconds) {
        Value images = new Value(0, new ImageShape(1, SIDE, SIDE, CHANNELS));
        Value product = new Value(1, images.shape());
        Value mean = new Value(2, new ImageShape(1, 1, 1, CHANNELS));
        Value logits = new Value(3, new ImageShape(1, 1, 1, 2));
        int weights = CHANNELS * CHANNELS;
        ParameterSlice head = new ParameterSlice(weights, 2 * CHANNELS);
        Step.Convolution multiply = new Step.Convolution(
                images,
                new Window(1, 1, 0),
                new ParameterSlice(0, weights),
                Optional.empty(),
                Learning.FROZEN,
                product);
        Program program = new Program(
                images,
                List.of(
                        multiply,
                        new Step.GlobalAverage(product, mean),
                        new Step.Linear(mean, head, new ParameterSlice(head.end(), 2), Learning.FROZEN, logits)),
                head.end() + 2);
        try (StepProfile profile = StepProfile.open(program, precision, BATCH)) {
            StepTime time = profile.measure(seconds).get(0);
            return 2.0 * BATCH * product.shape().length() * CHANNELS / (time.forward() / 1e9);
        }
    }

    private static double copy(int threads) {
        float[] source = new float[COPIED];
        float[] target = new float[COPIED];
        double best = 0;
        for (int i = 0; i < COPIES; i++) {
            long start = System.nanoTime();
            IntStream.range(0, threads).parallel().forEach(part -> {
                int from = (int) ((long) COPIED * part / threads);
                int to = (int) ((long) COPIED * (part + 1) / threads);
                System.arraycopy(source, from, target, from, to - from);
            });
            best = Math.max(best, 2.0 * COPIED * Float.BYTES / ((System.nanoTime() - start) / 1e9));
        }
        return best;
    }
}
