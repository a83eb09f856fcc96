package io.resnetspark.model.kernel;

import io.resnetspark.model.error.ConfigurationException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** A way to compute, found on the class path; none of its libraries loads before it is asked for more than its name. */
public interface KernelsProvider {

    /** What the system property {@link Kernels#SETTING} calls it. */
    String name();

    /**
     * How good a choice it is here for a process that asks for none in particular; negative if it is none, because it has to
     * be asked for or because its library does not load.
     */
    int priority();

    /** @throws ConfigurationException if this process cannot compute so */
    Kernels open();

    /** All of them. */
    static List<KernelsProvider> all() {
        return ServiceLoader.load(KernelsProvider.class, KernelsProvider.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /** @throws ConfigurationException if there is none of this name, or it does not open */
    static Kernels open(String name) {
        List<KernelsProvider> all = all();
        return all.stream()
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("%s is \"%s\"; it can be %s or auto"
                        .formatted(
                                Kernels.SETTING,
                                name,
                                all.stream().map(KernelsProvider::name).collect(Collectors.joining(", ")))))
                .open();
    }
}
