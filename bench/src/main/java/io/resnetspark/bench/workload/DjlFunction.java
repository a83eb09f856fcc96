package io.resnetspark.bench.workload;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.function.UnaryOperator;

/** A block without parameters. DJL's {@code LambdaBlock} would compute to learn the shape of its result; this one knows. */
final class DjlFunction extends AbstractBlock {

    private final UnaryOperator<NDArray> function;
    private final UnaryOperator<Shape> outputShape;

    DjlFunction(UnaryOperator<NDArray> function, UnaryOperator<Shape> outputShape) {
        this.function = function;
        this.outputShape = outputShape;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters, NDList inputs, boolean training, PairList<String, Object> options) {
        return new NDList(function.apply(inputs.singletonOrThrow()));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return new Shape[] {outputShape.apply(inputs[0])};
    }
}
