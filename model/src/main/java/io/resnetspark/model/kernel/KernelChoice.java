package io.resnetspark.model.kernel;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.onednn.OneDnnKernels;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides once per JVM which kernels run. */
final class KernelChoice {

    private static final Logger LOG = LoggerFactory.getLogger(KernelChoice.class);

    private static Kernels chosen;

    private KernelChoice() {}

    /** A choice that cannot be had fails for everybody who asks, with the same message. */
    static synchronized Kernels chosen() {
        if (chosen == null) {
            chosen = choose(System.getProperty(Kernels.SETTING, "auto"));
            LOG.info("Computing with {}", chosen.description());
        }
        return chosen;
    }

    private static Kernels choose(String wanted) {
        return switch (wanted) {
            case "onednn" -> Kernels.oneDnn();
            case "nd4j" -> Kernels.nd4j();
            case "cudnn" -> Kernels.cudnn();
            case "auto" -> automatic();
            default ->
                throw new ConfigurationException(
                        "%s is \"%s\"; it can be onednn, nd4j, cudnn or auto".formatted(Kernels.SETTING, wanted));
        };
    }

    private static Kernels automatic() {
        boolean cpu = Nd4j.getBackend().getClass().getSimpleName().startsWith("Cpu");
        return cpu && OneDnnKernels.available() ? Kernels.oneDnn() : Kernels.nd4j();
    }
}
