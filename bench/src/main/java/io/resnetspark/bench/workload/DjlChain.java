package io.resnetspark.bench.workload;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;

/**
 * Blocks one after the other. Unlike DJL's {@code SequentialBlock} it frees intermediate results of inference as soon as
 * they are used, as PyTorch itself does: PyTorch is not to be slowed down by DJL.
 */
final class DjlChain extends AbstractBlock {

    private final List<Block> blocks;

    DjlChain(List<Block> blocks) {
        this.blocks = List.copyOf(blocks);
        for (Block block : this.blocks) {
            addChildBlock(block.getClass().getSimpleName(), block);
        }
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters, NDList inputs, boolean training, PairList<String, Object> options) {
        NDList current = blocks.get(0).forward(parameters, inputs, training);
        for (Block block : blocks.subList(1, blocks.size())) {
            NDList next = block.forward(parameters, current, training);
            if (!training) {
                current.close();
            }
            current = next;
        }
        return current;
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... inputs) {
        Shape[] shapes = inputs;
        for (Block block : blocks) {
            block.initialize(manager, dataType, shapes);
            shapes = block.getOutputShapes(shapes);
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        Shape[] shapes = inputs;
        for (Block block : blocks) {
            shapes = block.getOutputShapes(shapes);
        }
        return shapes;
    }
}
