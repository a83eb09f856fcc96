package io.resnetspark.model.kernel;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.onednn.OneDnnKernels;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides once per JVM which kernels run. */
final class KernelChoice {

    private static final Logger LOG = LoggerFactory.getLogger(KernelChoice.class);

    static final Kernels CHOSEN = choose(System.getProperty("resnet.kernels", "auto"));

    private KernelChoice() {}

    private static Kernels choose(String wanted) {
        Kernels chosen =
                switch (wanted) {
                    case "onednn" -> Kernels.oneDnn();
                    case "nd4j" -> Kernels.nd4j();
                    case "auto" -> automatic();
                    default ->
                        throw new ConfigurationException(
                                "resnet.kernels is \"%s\"; it can be onednn, nd4j or auto".formatted(wanted));
                };
        LOG.info("Computing with {}", chosen.description());
        return chosen;
    }

    private static Kernels automatic() {
        boolean cpu = Nd4j.getBackend().getClass().getSimpleName().startsWith("Cpu");
        return cpu && OneDnnKernels.available() ? Kernels.oneDnn() : Kernels.nd4j();
    }
}
