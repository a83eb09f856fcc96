package io.resnetspark.model.block;

import io.resnetspark.model.layer.PadShortcut;
import io.resnetspark.model.program.Activation;

/** How a block's input reaches its sum where the shape changes; elsewhere it is the identity. He et al. 2015, section 3.3. */
public enum Shortcut {
    /** Option A: subsample and pad with zero channels; no parameters. */
    PAD {
        @Override
        String change(GraphSketch graph, String block, String input, int inputs, int outputs, int stride) {
            return graph.layer(block + ".shortcut", new PadShortcut(stride, outputs), input);
        }
    },
    /** Option B: 1x1 convolution and batch norm, torchvision's {@code downsample}. */
    PROJECTION {
        @Override
        String change(GraphSketch graph, String block, String input, int inputs, int outputs, int stride) {
            String projected =
                    graph.convolution(block + ".downsample.0", input, inputs, outputs, 1, stride, graph.bias());
            return graph.normalise(block + ".downsample.1", projected, outputs, Activation.IDENTITY, 1);
        }
    };

    /**
     * The initial scale of a block's last batch norm.
     *
     * @param requested 1, or 0 so that the block starts as the identity
     * @return {@code requested}, but 1 where channels are padded: both summands of those would be 0, where the ReLU has no
     *     slope, and nothing could ever move them
     */
    final float lastScale(float requested, int inputs, int outputs) {
        return this == PAD && inputs < outputs ? 1 : requested;
    }

    abstract String change(GraphSketch graph, String block, String input, int inputs, int outputs, int stride);

    /** Appends the shortcut of a block and returns its vertex. */
    final String append(GraphSketch graph, String block, String input, int inputs, int outputs, int stride) {
        boolean sameShape = stride == 1 && inputs == outputs;
        return sameShape ? input : change(graph, block, input, inputs, outputs, stride);
    }
}
