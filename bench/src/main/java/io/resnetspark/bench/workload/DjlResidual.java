package io.resnetspark.bench.workload;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Optional;

/** {@code relu(branch(x) + shortcut(x))}, summed in place as torchvision does. */
final class DjlResidual extends AbstractBlock {

    private final Block branch;
    private final Optional<Block> shortcut;

    private DjlResidual(Block branch, Optional<Block> shortcut) {
        this.branch = addChildBlock("branch", branch);
        this.shortcut = shortcut.map(block -> addChildBlock("shortcut", block));
    }

    static DjlResidual of(Block branch, Block shortcut) {
        return new DjlResidual(branch, Optional.of(shortcut));
    }

    static DjlResidual identity(Block branch) {
        return new DjlResidual(branch, Optional.empty());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters, NDList inputs, boolean training, PairList<String, Object> options) {
        NDArray sum = branch.forward(parameters, inputs, training).singletonOrThrow();
        if (shortcut.isPresent()) {
            NDList added = shortcut.get().forward(parameters, inputs, training);
            sum.addi(added.singletonOrThrow());
            if (!training) {
                added.close();
            }
        } else {
            sum.addi(inputs.singletonOrThrow());
        }
        NDList output = new NDList(Activation.relu(sum));
        if (!training) {
            sum.close();
        }
        return output;
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... inputs) {
        branch.initialize(manager, dataType, inputs);
        shortcut.ifPresent(block -> block.initialize(manager, dataType, inputs));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return branch.getOutputShapes(inputs);
    }
}
