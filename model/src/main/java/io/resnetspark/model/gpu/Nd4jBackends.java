package io.resnetspark.model.gpu;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * The backends that ND4J finds on the class path, of which it takes the first that opens.
 *
 * @param classNames simple names, sorted
 */
public record Nd4jBackends(List<String> classNames) implements Serializable {

    private static final String CUDA = "JCublasBackend";

    private static final Nd4jBackends HERE = find();

    /** Of this process. */
    public static Nd4jBackends onTheClassPath() {
        return HERE;
    }

    /** Looks at names only: making a backend would load its native library. */
    private static Nd4jBackends find() {
        return new Nd4jBackends(ServiceLoader.load(Nd4jBackend.class, Nd4jBackend.class.getClassLoader()).stream()
                .map(provider -> provider.type().getSimpleName())
                .sorted()
                .toList());
    }

    /** Why no device is computed on with these, if so. */
    public Optional<String> whyNotCuda() {
        if (!classNames.contains(CUDA)) {
            return Optional.of(("This application computes on the CPU (%s). For GPUs build it with the profile cuda:"
                            + " ./mvnw -Pcuda -DskipTests package")
                    .formatted(others()));
        }
        return classNames.size() == 1
                ? Optional.empty()
                : Optional.of(
                        ("%s is on the class path beside ND4J's CUDA backend, and would compute on the CPU where CUDA"
                                        + " does not open. Take it away")
                                .formatted(others()));
    }

    /** Why the CPU is not computed on with these, if so. */
    public Optional<String> whyNotCpu() {
        return classNames.contains(CUDA)
                ? Optional.of(
                        "This application was built with the profile cuda and computes on GPUs only. Set device.type to"
                                + " cuda, or build it without the profile: ./mvnw -DskipTests package")
                : Optional.empty();
    }

    /** Why nothing is computed on where none of these opens: the CPU's opens everywhere, CUDA's where there is a driver. */
    public String whyNoneOpens() {
        return "Nothing to compute on: "
                + whyNotCpu()
                        .map(reason -> "there is no NVIDIA driver or GPU here. " + reason)
                        .orElse("ND4J's natives do not load on this machine");
    }

    private String others() {
        String names = classNames.stream().filter(name -> !name.equals(CUDA)).collect(Collectors.joining(", "));
        return names.isEmpty() ? "no ND4J backend" : names;
    }
}
