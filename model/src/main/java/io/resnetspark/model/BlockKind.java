package io.resnetspark.model;

import io.resnetspark.model.block.BasicBlock;
import io.resnetspark.model.block.Block;
import io.resnetspark.model.block.Bottleneck;
import io.resnetspark.model.block.PlainBlock;
import io.resnetspark.model.block.Shortcut;
import io.resnetspark.model.kernel.Kernels.Bias;

/** Which block a network repeats. */
public enum BlockKind {
    BASIC,
    /** Basic blocks whose 3x3 convolutions have biases: the lecture's. */
    BASIC_BIASED,
    BOTTLENECK,
    PLAIN;

    Block block(Shortcut shortcut, float lastScale) {
        return switch (this) {
            case BASIC -> new BasicBlock(shortcut, Bias.NONE, lastScale);
            case BASIC_BIASED -> new BasicBlock(shortcut, Bias.ADDED, lastScale);
            case BOTTLENECK -> new Bottleneck(shortcut, lastScale);
            case PLAIN -> new PlainBlock();
        };
    }
}
