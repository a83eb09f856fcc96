package io.resnetspark.model.kernel.onednn.primitive;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import io.resnetspark.model.kernel.ResidualAddKernel;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sum with ReLU in one pass; backward is that of the ReLU. */
public final class OneDnnResidualAdd implements ResidualAddKernel {

    private final Activation activation;
    private final Call forward;
    private final OneDnnRelu relu;

    public OneDnnResidualAdd(ImageShape imageShape, Activation activation) {
        memory.desc shape = OneDnn.channelsLast(imageShape);
        this.activation = activation;
        this.relu = new OneDnnRelu(imageShape);
        primitive_attr attributes = OneDnn.attributes();
        if (activation == Activation.RELU) {
            post_ops afterSum = new post_ops();
            afterSum.append_eltwise(algorithm.eltwise_relu, 0f, 0f);
            attributes.set_post_ops(afterSum);
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
        relu.backward(output, outputGradient, inputGradient);
    }
}
