package io.resnetspark.model.block;

/** A building block of a stage. */
public sealed interface Block permits BasicBlock, Bottleneck, PlainBlock {

    /** Output channels for each unit of width. */
    int expansion();

    /**
     * Appends the block to the graph.
     *
     * @param name prefix of its vertices, for example {@code layer1.0}
     * @param input vertex of shape {@code [N, H, W, inputs]}
     * @param stride of the convolution that shrinks the maps, 1 or 2
     * @return vertex of shape {@code [N, ceil(H / stride), ceil(W / stride), expansion * width]}
     */
    String append(GraphSketch graph, String name, String input, int inputs, int width, int stride);
}
