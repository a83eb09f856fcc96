package io.resnetspark.bench.primitive;

import io.resnetspark.model.kernel.onednn.primitive.NativeBlock;
import io.resnetspark.model.kernel.onednn.training.OneDnnTrainingProgram;
import io.resnetspark.model.kernel.onednn.training.OneDnnTrainingProgram.StepTime;
import io.resnetspark.model.kernel.onednn.training.StoredWeights;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.TrainingPrecision;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import org.apache.commons.math3.stat.StatUtils;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A program that trains on one batch of noise, timed step by step. */
final class StepProfile implements AutoCloseable {

    private static final int WARM_UPS = 3;
    private static final int FEWEST = 3;

    private final NativeBlock parameters;
    private final NativeBlock gradients;
    private final OneDnnTrainingProgram program;
    private final INDArray images;
    private final INDArray labels;

    private StepProfile(
            NativeBlock parameters,
            NativeBlock gradients,
            OneDnnTrainingProgram program,
            INDArray images,
            INDArray labels) {
        this.parameters = parameters;
        this.gradients = gradients;
        this.program = program;
        this.images = images;
        this.labels = labels;
    }

    /** @param program for one image */
    static StepProfile open(Program program, TrainingPrecision precision, int batch) {
        NativeBlock parameters = new NativeBlock((long) program.parameters() * Float.BYTES);
        NativeBlock gradients = new NativeBlock(parameters.bytes());
        SplittableRandom random = new SplittableRandom(1);
        FloatBuffer values = parameters.floats();
        for (int i = 0; i < program.parameters(); i++) {
            values.put(i, (float) random.nextDouble(0, 0.01)); // running variances are among them
        }
        gradients.clear();
        ImageShape shape = program.images().batch(batch);
        float[] pixels = new float[Math.toIntExact(shape.length())];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        float[] targets = new float[batch * program.classes()];
        for (int i = 0; i < batch; i++) {
            targets[i * program.classes() + random.nextInt(program.classes())] = 1;
        }
        return new StepProfile(
                parameters,
                gradients,
                new OneDnnTrainingProgram(
                        program,
                        precision.maps(),
                        batch,
                        parameters,
                        gradients,
                        new StoredWeights(values, new float[0][])),
                Nd4j.create(pixels, shape.toArray(), 'c'),
                Nd4j.create(targets, new long[] {batch, program.classes()}, 'c'));
    }

    /** The median of each step over so many seconds. */
    List<StepTime> measure(double seconds) {
        for (int i = 0; i < WARM_UPS; i++) {
            program.profile(images, labels);
        }
        List<List<StepTime>> runs = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (runs.size() < FEWEST || System.nanoTime() < end) {
            runs.add(program.profile(images, labels));
        }
        List<StepTime> medians = new ArrayList<>();
        for (int step = 0; step < runs.get(0).size(); step++) {
            medians.add(new StepTime(
                    runs.get(0).get(step).step(),
                    median(runs, step, StepTime::forward),
                    median(runs, step, StepTime::backward)));
        }
        return medians;
    }

    private static long median(List<List<StepTime>> runs, int step, ToLongFunction<StepTime> direction) {
        double[] nanos = runs.stream()
                .mapToDouble(run -> direction.applyAsLong(run.get(step)))
                .toArray();
        return Math.round(StatUtils.percentile(nanos, 50));
    }

    @Override
    public void close() {
        program.close();
        parameters.close();
        gradients.close();
    }
}
