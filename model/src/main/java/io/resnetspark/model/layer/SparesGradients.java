package io.resnetspark.model.layer;

import java.util.Set;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer or vertex that need not compute gradients of inputs below which nothing is trained. */
public interface SparesGradients {

    /**
     * Names the inputs, by position, whose gradients nobody needs from now on; where they would be, the backward pass
     * carries a single zero.
     */
    void spareInputGradients(Set<Integer> inputs);

    /** Stands for a gradient nobody reads. DL4J's backward pass refuses a missing one, and adds them up where paths fork. */
    static INDArray placeholder(LayerWorkspaceMgr workspaces) {
        return workspaces.create(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, new long[] {1}, 'c');
    }
}
