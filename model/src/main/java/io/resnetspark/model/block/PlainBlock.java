package io.resnetspark.model.block;

import io.resnetspark.model.program.Activation;

/** The basic block's plain twin: the same two convolutions, no shortcut. He et al. 2015, section 3.3. */
public record PlainBlock() implements Block {

    @Override
    public int expansion() {
        return 1;
    }

    @Override
    public String append(GraphSketch graph, String name, String input, int inputs, int width, int stride) {
        String x = graph.convolution(name + ".conv1", input, inputs, width, 3, stride, graph.bias());
        x = graph.normalise(name + ".bn1", x, width, Activation.RELU, 1);
        x = graph.convolution(name + ".conv2", x, width, width, 3, 1, graph.bias());
        return graph.normalise(name + ".bn2", x, width, Activation.RELU, 1);
    }
}
