package io.resnetspark.bench.gpu;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.training.Trainer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.factory.Nd4j;

/** Doubles the batch until it is refused, then trains with the batch size of the refusal's advice. */
final class MemoryLimit {

    private static final Pattern ADVICE = Pattern.compile("batch-size to about (\\d+)");
    private static final int LARGEST_BATCH = 1 << 13;

    private MemoryLimit() {}

    static boolean run(String architecture) {
        ResNetSpec spec = NetworkName.parse(architecture).spec();
        int trained = 0;
        int refused = 0;
        int advised = 0;
        String message = "";
        for (int batch = 64; batch <= LARGEST_BATCH; batch *= 2) {
            try {
                step(spec, batch);
                trained = batch;
                System.err.printf("%d images fit%n", batch);
            } catch (ConfigurationException e) {
                refused = batch;
                message = e.getMessage();
                System.err.println(message);
                Matcher advice = ADVICE.matcher(message);
                advised = advice.find() ? Integer.parseInt(advice.group(1)) : 0;
                break;
            }
        }
        boolean adviceHolds = true;
        if (advised > 0) {
            try {
                step(spec, advised * 95 / 100); // workspaces are not in the advice
            } catch (ConfigurationException e) {
                adviceHolds = false;
                System.err.println("The advice does not hold: " + e.getMessage());
            }
        }
        System.out.printf(
                "{\"result\": \"memory\", \"network\": \"%s\", \"fits\": %d, \"refused\": %d, \"advised\": %d,"
                        + " \"advice_holds\": %s, \"kernels\": \"%s\"}%n",
                architecture,
                trained,
                refused,
                advised,
                adviceHolds,
                Kernels.ofThisProcess().description());
        return adviceHolds && trained > 0;
    }

    private static void step(ResNetSpec spec, int batch) {
        Sgd sgd = new Sgd(0.9, Sgd.Momentum.CLASSIC, 1e-4, DecayScope.ALL);
        try (Trainer trainer = Trainer.create(spec, 1, sgd, Trainer.NO_CLIPPING, GpuBench.precision())) {
            trainer.step(
                    Nd4j.zeros(batch, spec.inputSize(), spec.inputSize(), spec.channels()),
                    Nd4j.zeros(batch, spec.classes()),
                    0,
                    0);
        }
    }
}
