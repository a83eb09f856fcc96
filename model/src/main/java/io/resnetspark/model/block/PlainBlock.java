package io.resnetspark.model.block;

import io.resnetspark.model.kernel.Activation;
import io.resnetspark.model.kernel.Kernels.Bias;

/** The basic block's plain twin: the same two convolutions, no shortcut. He et al. 2015, section 3.3. */
public record PlainBlock() implements Block {

    @Override
    public int expansion() {
        return 1;
    }

    @Override
    public String append(GraphSketch graph, String name, String input, int inputs, int width, int stride) {
        String x = graph.convolution(name + ".conv1", input, inputs, width, 3, stride, Bias.NONE);
        x = graph.batchNorm(name + ".bn1", x, width, Activation.RELU);
        x = graph.convolution(name + ".conv2", x, width, width, 3, 1, Bias.NONE);
        return graph.batchNorm(name + ".bn2", x, width, Activation.RELU);
    }
}
