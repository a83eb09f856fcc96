package io.resnetspark.model.kernel;

import java.util.Comparator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides once per JVM which kernels run, except on threads that are bound to others. */
final class KernelChoice {

    private static final Logger LOG = LoggerFactory.getLogger(KernelChoice.class);

    private static final ThreadLocal<Kernels> BOUND = new ThreadLocal<>();

    private static Kernels chosen;

    private KernelChoice() {}

    static Kernels ofThisThread() {
        Kernels bound = BOUND.get();
        return bound == null ? chosen() : bound;
    }

    static void bind(Kernels kernels) {
        BOUND.set(kernels);
    }

    static void unbind() {
        BOUND.remove();
    }

    /** A choice that cannot be had fails for everybody who asks, with the same message. */
    private static synchronized Kernels chosen() {
        if (chosen == null) {
            String wanted = System.getProperty(Kernels.SETTING, "auto");
            chosen = wanted.equals("auto") ? Kernels.ofHost() : KernelsProvider.open(wanted);
            LOG.info("Computing with {}", chosen.description());
        }
        return chosen;
    }

    static Kernels ofHost() {
        return KernelsProvider.all().stream()
                .filter(provider -> provider.priority() >= 0)
                .max(Comparator.comparingInt(KernelsProvider::priority))
                .orElseThrow()
                .open();
    }
}
