package io.resnetspark.model.block;

import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.program.Activation;

/**
 * Two 3x3 convolutions and a shortcut. He et al. 2015, arXiv:1512.03385, figure 2; torchvision's {@code BasicBlock}.
 *
 * @param shortcut where the shape changes
 * @param bias whether the 3x3 convolutions have biases besides their batch norms: torchvision's do not, the lecture's do
 * @param lastScale initial scale of the last batch norm: 1, or 0 so that the block starts as the identity, where its shortcut
 *     lets it ({@link Shortcut#lastScale})
 */
public record BasicBlock(Shortcut shortcut, Bias bias, float lastScale) implements Block {

    @Override
    public int expansion() {
        return 1;
    }

    @Override
    public String append(GraphSketch graph, String name, String input, int inputs, int width, int stride) {
        String x = graph.convolution(name + ".conv1", input, inputs, width, 3, stride, biased(graph));
        x = graph.normalise(name + ".bn1", x, width, Activation.RELU, 1);
        x = graph.convolution(name + ".conv2", x, width, width, 3, 1, biased(graph));
        float scale = shortcut.lastScale(lastScale, inputs, width);
        x = graph.normalise(name + ".bn2", x, width, Activation.IDENTITY, scale);
        return graph.add(name, x, shortcut.append(graph, name, input, inputs, width, stride));
    }

    private Bias biased(GraphSketch graph) {
        return bias == Bias.ADDED ? bias : graph.bias();
    }
}
