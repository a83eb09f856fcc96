package io.resnetspark.model.block;

import io.resnetspark.model.program.Activation;

/**
 * Bottleneck block: 1x1 reduce, 3x3, 1x1 expand (x4). He et al. 2015, arXiv:1512.03385, figure 5. The stride sits on the
 * 3x3 (torchvision's "v1.5"), unlike the paper.
 *
 * @param shortcut where the shape changes
 * @param lastScale initial scale of the last batch norm: 1, or 0 so that the block starts as the identity, where its shortcut
 *     lets it ({@link Shortcut#lastScale})
 */
public record Bottleneck(Shortcut shortcut, float lastScale) implements Block {

    @Override
    public int expansion() {
        return 4;
    }

    @Override
    public String append(GraphSketch graph, String name, String input, int inputs, int width, int stride) {
        int outputs = expansion() * width;
        String x = graph.convolution(name + ".conv1", input, inputs, width, 1, 1, graph.bias());
        x = graph.normalise(name + ".bn1", x, width, Activation.RELU, 1);
        x = graph.convolution(name + ".conv2", x, width, width, 3, stride, graph.bias());
        x = graph.normalise(name + ".bn2", x, width, Activation.RELU, 1);
        x = graph.convolution(name + ".conv3", x, width, outputs, 1, 1, graph.bias());
        float scale = shortcut.lastScale(lastScale, inputs, outputs);
        x = graph.normalise(name + ".bn3", x, outputs, Activation.IDENTITY, scale);
        return graph.add(name, x, shortcut.append(graph, name, input, inputs, outputs, stride));
    }
}
