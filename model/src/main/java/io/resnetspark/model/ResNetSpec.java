package io.resnetspark.model;

import io.resnetspark.model.block.Normalisation;
import io.resnetspark.model.block.Shortcut;
import io.resnetspark.model.error.ConfigurationException;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Everything that determines a network's graph.
 *
 * @param architecture name, for people and reports
 * @param stem layers before the first stage
 * @param block what the stages repeat
 * @param shortcut how blocks' inputs reach their sums where shapes change
 * @param normalisation what follows convolutions
 * @param blocks number of blocks of each stage; every stage after the first halves the maps
 * @param widths channels of each stage, before its blocks expand them; none is smaller than the one before
 * @param classes number of classes, at least 2
 * @param channels of the images: 1 or 3 usually
 * @param inputSize height and width of the images in pixels
 * @param lastScale initial scale of each block's last batch norm: 1, or 0 so that blocks start as the identity (Goyal et
 *     al. 2017, arXiv:1706.02677, section 5.1)
 */
public record ResNetSpec(
        String architecture,
        Stem stem,
        BlockKind block,
        Shortcut shortcut,
        Normalisation normalisation,
        List<Integer> blocks,
        List<Integer> widths,
        int classes,
        int channels,
        int inputSize,
        float lastScale)
        implements Serializable {

    public ResNetSpec {
        blocks = List.copyOf(blocks);
        widths = List.copyOf(widths);
        if (classes < 2) {
            throw new ConfigurationException("A classifier needs at least 2 classes, not " + classes);
        }
        if (channels < 1 || blocks.isEmpty() || blocks.stream().anyMatch(count -> count < 1)) {
            throw new ConfigurationException("Channels and blocks must be at least 1: " + blocks);
        }
        if (widths.size() != blocks.size() || widths.get(0) < 1 || !isRising(widths)) {
            throw new ConfigurationException(
                    "%s needs a width for each of its %d stages, none smaller than the one before; not %s"
                            .formatted(architecture, blocks.size(), widths));
        }
        if (normalisation == Normalisation.NONE && lastScale != 1) {
            throw new ConfigurationException(
                    architecture + " has no batch norms whose scale could start at " + lastScale);
        }
        int smallest = (stem == Stem.CIFAR ? 1 : 4) << (blocks.size() - 1);
        if (inputSize < smallest) {
            throw new ConfigurationException("%s halves its maps to nothing at %d pixels; give it at least %d"
                    .formatted(architecture, inputSize, smallest));
        }
    }

    private static boolean isRising(List<Integer> numbers) {
        return IntStream.range(1, numbers.size()).allMatch(i -> numbers.get(i - 1) <= numbers.get(i));
    }

    public ResNetSpec withClasses(int newClasses) {
        return new ResNetSpec(
                architecture,
                stem,
                block,
                shortcut,
                normalisation,
                blocks,
                widths,
                newClasses,
                channels,
                inputSize,
                lastScale);
    }

    /** For images of {@code newChannels} channels and {@code newSize} x {@code newSize} pixels. */
    public ResNetSpec withInput(int newChannels, int newSize) {
        return new ResNetSpec(
                architecture,
                stem,
                block,
                shortcut,
                normalisation,
                blocks,
                widths,
                classes,
                newChannels,
                newSize,
                lastScale);
    }

    public ResNetSpec withShortcut(Shortcut newShortcut) {
        return new ResNetSpec(
                architecture,
                stem,
                block,
                newShortcut,
                normalisation,
                blocks,
                widths,
                classes,
                channels,
                inputSize,
                lastScale);
    }

    public ResNetSpec withLastScale(float newLastScale) {
        return new ResNetSpec(
                architecture,
                stem,
                block,
                shortcut,
                normalisation,
                blocks,
                widths,
                classes,
                channels,
                inputSize,
                newLastScale);
    }
}
