package io.resnetspark.model.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import io.resnetspark.model.kernel.Activation;
import io.resnetspark.model.kernel.ImageShape;
import io.resnetspark.model.kernel.ResidualAddKernel;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sum with ReLU in one pass; backward reads the sign from the output. */
final class OneDnnResidualAdd implements ResidualAddKernel {

    private final memory.desc shape;
    private final Activation activation;
    private final Call forward;
    private Call backward;

    OneDnnResidualAdd(ImageShape imageShape, Activation activation) {
        this.shape = OneDnn.channelsLast(imageShape);
        this.activation = activation;
        primitive_attr attributes = OneDnn.attributes();
        if (activation == Activation.RELU) {
            post_ops relu = new post_ops();
            relu.append_eltwise(algorithm.eltwise_relu, 0f, 0f);
            attributes.set_post_ops(relu);
        }
        var sum = new binary.primitive_desc(OneDnn.CPU, algorithm.binary_add, shape, shape, shape, attributes, false);
        forward = new Call(new binary(sum), sum)
                .array(DNNL_ARG_SRC_0, shape)
                .array(DNNL_ARG_SRC_1, shape)
                .array(DNNL_ARG_DST, shape);
    }

    @Override
    public void forward(INDArray branch, INDArray shortcut, INDArray output) {
        forward.run(branch, shortcut, output);
    }

    @Override
    public void backward(INDArray output, INDArray outputGradient, INDArray inputGradient) {
        if (activation == Activation.IDENTITY) {
            inputGradient.assign(outputGradient);
            return;
        }
        if (backward == null) {
            var forwardHint = new eltwise_forward.primitive_desc(
                    OneDnn.CPU,
                    prop_kind.forward_training,
                    algorithm.eltwise_relu_use_dst_for_bwd,
                    shape,
                    shape,
                    0f,
                    0f,
                    OneDnn.attributes(),
                    false);
            var description = new eltwise_backward.primitive_desc(
                    OneDnn.CPU,
                    algorithm.eltwise_relu_use_dst_for_bwd,
                    shape,
                    shape,
                    shape,
                    0f,
                    0f,
                    forwardHint,
                    OneDnn.attributes(),
                    false);
            backward = new Call(new eltwise_backward(description), description)
                    .array(DNNL_ARG_DST, shape)
                    .array(DNNL_ARG_DIFF_DST, shape)
                    .array(DNNL_ARG_DIFF_SRC, shape);
        }
        backward.run(output, outputGradient, inputGradient);
    }
}
