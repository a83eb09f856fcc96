package io.resnetspark.bench.gpu;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.training.StepResult;
import io.resnetspark.model.training.Trainer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Training throughput on synthetic images, which are copied to the device in every step as real ones are. */
final class Speed {

    private static final int WARM_UP_STEPS = 5;
    private static final int FEWEST_STEPS = 5;

    private Speed() {}

    static void run(String architecture, int batch, double seconds) {
        ResNetSpec spec = NetworkName.parse(architecture).spec();
        Random random = new Random(1);
        float[] pixels = new float[batch * spec.inputSize() * spec.inputSize() * spec.channels()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat() - 0.5f;
        }
        INDArray images =
                Nd4j.create(pixels, new long[] {batch, spec.inputSize(), spec.inputSize(), spec.channels()}, 'c');
        INDArray labels = Nd4j.zeros(batch, spec.classes());
        for (int i = 0; i < batch; i++) {
            labels.putScalar(i, i % spec.classes(), 1);
        }
        Sgd sgd = new Sgd(0.9, Sgd.Momentum.CLASSIC, 1e-4, DecayScope.ALL);
        List<Double> rates = new ArrayList<>();
        double loss = 0;
        try (Trainer trainer = Trainer.create(spec, 1, sgd, Trainer.NO_CLIPPING, GpuBench.precision())) {
            for (int i = 0; i < WARM_UP_STEPS; i++) {
                trainer.step(images, labels, 1e-3, i);
            }
            // Each step's loss is read when the next has begun, as trainings do.
            Supplier<StepResult> pending = trainer.begin(images, labels, 1e-3, WARM_UP_STEPS);
            long end = System.nanoTime() + (long) (seconds * 1e9);
            while (System.nanoTime() < end || rates.size() < FEWEST_STEPS) {
                long start = System.nanoTime();
                Supplier<StepResult> begun = trainer.begin(images, labels, 1e-3, WARM_UP_STEPS + 1 + rates.size());
                loss = pending.get().loss();
                pending = begun;
                rates.add(batch / ((System.nanoTime() - start) / 1e9));
            }
            loss = pending.get().loss();
        }
        Collections.sort(rates);
        System.out.printf(
                "{\"result\": \"speed\", \"system\": \"ours\", \"network\": \"%s\", \"batch\": %d, \"steps\": %d,"
                        + " \"images_per_second_median\": %.1f, \"images_per_second_min\": %.1f,"
                        + " \"images_per_second_max\": %.1f, \"loss\": %.4f, \"kernels\": \"%s\"}%n",
                architecture,
                batch,
                rates.size(),
                rates.get(rates.size() / 2),
                rates.get(0),
                rates.get(rates.size() - 1),
                loss,
                Kernels.ofThisProcess().description());
    }
}
