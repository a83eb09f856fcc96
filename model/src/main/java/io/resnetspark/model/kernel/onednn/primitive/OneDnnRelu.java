package io.resnetspark.model.kernel.onednn.primitive;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import io.resnetspark.model.kernel.ReluKernel;
import io.resnetspark.model.program.ImageShape;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** ReLU whose backward pass reads the sign from the output. */
public final class OneDnnRelu implements ReluKernel {

    private final memory.desc shape;
    private final eltwise_forward.primitive_desc description;
    private Call forward;
    private Call backward;

    public OneDnnRelu(ImageShape imageShape) {
        shape = OneDnn.channelsLast(imageShape);
        description = new eltwise_forward.primitive_desc(
                OneDnn.CPU,
                prop_kind.forward_training,
                algorithm.eltwise_relu_use_dst_for_bwd,
                shape,
                shape,
                0f,
                0f,
                OneDnn.attributes(),
                false);
    }

    @Override
    public void forward(INDArray input, INDArray output) {
        if (forward == null) {
            forward = new Call(new eltwise_forward(description), description)
                    .array(DNNL_ARG_SRC, shape)
                    .array(DNNL_ARG_DST, shape);
        }
        forward.run(input, output);
    }

    @Override
    public void backward(INDArray output, INDArray outputGradient, INDArray inputGradient) {
        if (backward == null) {
            var backwardDescription = new eltwise_backward.primitive_desc(
                    OneDnn.CPU,
                    algorithm.eltwise_relu_use_dst_for_bwd,
                    shape,
                    shape,
                    shape,
                    0f,
                    0f,
                    description,
                    OneDnn.attributes(),
                    false);
            backward = new Call(new eltwise_backward(backwardDescription), backwardDescription)
                    .array(DNNL_ARG_DST, shape)
                    .array(DNNL_ARG_DIFF_DST, shape)
                    .array(DNNL_ARG_DIFF_SRC, shape);
        }
        backward.run(output, outputGradient, inputGradient);
    }
}
