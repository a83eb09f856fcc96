package io.resnetspark.model;

import io.resnetspark.model.block.Shortcut;
import io.resnetspark.model.error.ConfigurationException;
import java.io.Serializable;
import java.util.List;

/**
 * Everything that determines a network's graph.
 *
 * @param architecture name, for people and reports
 * @param stem layers before the first stage
 * @param block what the stages repeat
 * @param shortcut how blocks' inputs reach their sums where shapes change
 * @param blocks number of blocks of each stage; every stage after the first halves the maps and doubles the width
 * @param width channels of the first stage
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
        List<Integer> blocks,
        int width,
        int classes,
        int channels,
        int inputSize,
        float lastScale)
        implements Serializable {

    public ResNetSpec {
        blocks = List.copyOf(blocks);
        if (classes < 2) {
            throw new ConfigurationException("A classifier needs at least 2 classes, not " + classes);
        }
        if (channels < 1 || width < 1 || blocks.isEmpty() || blocks.stream().anyMatch(count -> count < 1)) {
            throw new ConfigurationException("Channels, width and blocks must be at least 1: " + blocks);
        }
        int smallest = (stem == Stem.CIFAR ? 1 : 4) << (blocks.size() - 1);
        if (inputSize < smallest) {
            throw new ConfigurationException("%s halves its maps to nothing at %d pixels; give it at least %d"
                    .formatted(architecture, inputSize, smallest));
        }
    }

    public ResNetSpec withClasses(int newClasses) {
        return new ResNetSpec(
                architecture, stem, block, shortcut, blocks, width, newClasses, channels, inputSize, lastScale);
    }

    /** For images of {@code newChannels} channels and {@code newSize} x {@code newSize} pixels. */
    public ResNetSpec withInput(int newChannels, int newSize) {
        return new ResNetSpec(
                architecture, stem, block, shortcut, blocks, width, classes, newChannels, newSize, lastScale);
    }

    public ResNetSpec withShortcut(Shortcut newShortcut) {
        return new ResNetSpec(
                architecture, stem, block, newShortcut, blocks, width, classes, channels, inputSize, lastScale);
    }

    public ResNetSpec withLastScale(float newLastScale) {
        return new ResNetSpec(
                architecture, stem, block, shortcut, blocks, width, classes, channels, inputSize, newLastScale);
    }
}
