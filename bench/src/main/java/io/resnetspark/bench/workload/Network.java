package io.resnetspark.bench.workload;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.error.ConfigurationException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The networks that are compared, with the batch size of all systems. */
public enum Network {
    CIFAR_RESNET20(Architecture.CIFAR_RESNET20, 128),
    RESNET18(Architecture.RESNET18, 16),
    CIFAR_RESNET56(Architecture.CIFAR_RESNET56, 128),
    RESNET50(Architecture.RESNET50, 8);

    private final Architecture architecture;
    private final int batch;

    Network(Architecture architecture, int batch) {
        this.architecture = architecture;
        this.batch = batch;
    }

    public ResNetSpec spec() {
        return architecture.spec();
    }

    /** Images in a step. */
    public int batch() {
        return batch;
    }

    /** Architecture and input size in pixels, for example {@code resnet18@224}. */
    public String label() {
        return architecture.label() + "@" + spec().inputSize();
    }

    /** Finds a network by its label, with or without the input size. */
    public static Network named(String label) {
        return Arrays.stream(values())
                .filter(network -> network.label().equals(label)
                        || network.architecture.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("There is no benchmark of \"%s\"; choose from %s"
                        .formatted(
                                label,
                                Arrays.stream(values()).map(Network::label).collect(Collectors.joining(", ")))));
    }
}
