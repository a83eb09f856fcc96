package io.resnetspark.model;

import static io.resnetspark.model.BlockKind.BASIC;
import static io.resnetspark.model.BlockKind.BASIC_BIASED;
import static io.resnetspark.model.BlockKind.BOTTLENECK;
import static io.resnetspark.model.BlockKind.PLAIN;
import static io.resnetspark.model.Stem.CIFAR;
import static io.resnetspark.model.Stem.IMAGENET;
import static io.resnetspark.model.Stem.LECTURE;
import static io.resnetspark.model.block.Shortcut.PAD;
import static io.resnetspark.model.block.Shortcut.PROJECTION;

import io.resnetspark.model.block.Normalisation;
import io.resnetspark.model.block.Shortcut;
import io.resnetspark.model.error.ConfigurationException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Every named network, one line each: stem, block, shortcut, width of the first stage, default classes, blocks a stage. */
public enum Architecture {
    MYRESNET(LECTURE, BASIC_BIASED, PROJECTION, 64, 2, 1, 1),

    RESNET18(IMAGENET, BASIC, PROJECTION, 64, 1000, 2, 2, 2, 2),
    RESNET34(IMAGENET, BASIC, PROJECTION, 64, 1000, 3, 4, 6, 3),
    RESNET50(IMAGENET, BOTTLENECK, PROJECTION, 64, 1000, 3, 4, 6, 3),
    RESNET101(IMAGENET, BOTTLENECK, PROJECTION, 64, 1000, 3, 4, 23, 3),
    RESNET152(IMAGENET, BOTTLENECK, PROJECTION, 64, 1000, 3, 8, 36, 3),
    PLAIN18(IMAGENET, PLAIN, PROJECTION, 64, 1000, 2, 2, 2, 2),
    PLAIN34(IMAGENET, PLAIN, PROJECTION, 64, 1000, 3, 4, 6, 3),

    CIFAR_RESNET20(CIFAR, BASIC, PAD, 16, 10, 3, 3, 3),
    CIFAR_RESNET32(CIFAR, BASIC, PAD, 16, 10, 5, 5, 5),
    CIFAR_RESNET44(CIFAR, BASIC, PAD, 16, 10, 7, 7, 7),
    CIFAR_RESNET56(CIFAR, BASIC, PAD, 16, 10, 9, 9, 9),
    CIFAR_RESNET110(CIFAR, BASIC, PAD, 16, 10, 18, 18, 18),
    CIFAR_PLAIN20(CIFAR, PLAIN, PAD, 16, 10, 3, 3, 3),
    CIFAR_PLAIN32(CIFAR, PLAIN, PAD, 16, 10, 5, 5, 5),
    CIFAR_PLAIN44(CIFAR, PLAIN, PAD, 16, 10, 7, 7, 7),
    CIFAR_PLAIN56(CIFAR, PLAIN, PAD, 16, 10, 9, 9, 9),
    CIFAR_PLAIN110(CIFAR, PLAIN, PAD, 16, 10, 18, 18, 18);

    private final Stem stem;
    private final BlockKind block;
    private final Shortcut shortcut;
    private final int width;
    private final int classes;
    private final int[] blocks;

    Architecture(Stem stem, BlockKind block, Shortcut shortcut, int width, int classes, int... blocks) {
        this.stem = stem;
        this.block = block;
        this.shortcut = shortcut;
        this.width = width;
        this.classes = classes;
        this.blocks = blocks;
    }

    /** The network with its default number of classes, RGB input, and the input size it was published for. */
    public ResNetSpec spec() {
        return new ResNetSpec(
                label(),
                stem,
                block,
                shortcut,
                Normalisation.BATCH,
                Arrays.stream(blocks).boxed().toList(),
                IntStream.range(0, blocks.length)
                        .mapToObj(stage -> width << stage)
                        .toList(),
                classes,
                3,
                stem == CIFAR ? 32 : 224,
                1f);
    }

    /** The name on the command line, for example {@code cifar-resnet20}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /**
     * Finds a network by its {@link #label()}.
     *
     * @throws ConfigurationException if there is none, with all names
     */
    public static Architecture named(String label) {
        return Arrays.stream(values())
                .filter(architecture -> architecture.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(
                        "There is no architecture \"%s\"; choose one of %s".formatted(label, labels())));
    }

    private static String labels() {
        return List.of(values()).stream().map(Architecture::label).collect(Collectors.joining(", "));
    }
}
