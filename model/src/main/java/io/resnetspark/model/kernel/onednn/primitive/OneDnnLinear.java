package io.resnetspark.model.kernel.onednn.primitive;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.resnetspark.model.kernel.LinearKernel;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_backward_data;
import org.bytedeco.dnnl.inner_product_backward_weights;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Fully connected layer on plain layouts: its weight is small beside the convolutions'. */
public final class OneDnnLinear implements LinearKernel {

    private final Call forward;
    private final Call backwardInput;
    private final Call backwardWeight;

    public OneDnnLinear(int batch, int inputs, int outputs) {
        memory.desc input = OneDnn.floats(format_tag.ab, batch, inputs);
        memory.desc weight = OneDnn.floats(format_tag.ab, outputs, inputs);
        memory.desc bias = OneDnn.vector(outputs);
        memory.desc output = OneDnn.floats(format_tag.ab, batch, outputs);
        var description = new inner_product_forward.primitive_desc(
                OneDnn.CPU, prop_kind.forward_training, input, weight, bias, output, OneDnn.attributes(), false);
        forward = new Call(new inner_product_forward(description), description)
                .array(DNNL_ARG_SRC, input)
                .array(DNNL_ARG_WEIGHTS, weight)
                .array(DNNL_ARG_BIAS, bias)
                .array(DNNL_ARG_DST, output);
        var inputGradient = new inner_product_backward_data.primitive_desc(
                OneDnn.CPU, input, weight, output, description, OneDnn.attributes(), false);
        backwardInput = new Call(new inner_product_backward_data(inputGradient), inputGradient)
                .array(DNNL_ARG_DIFF_DST, output)
                .array(DNNL_ARG_WEIGHTS, weight)
                .array(DNNL_ARG_DIFF_SRC, input);
        var weightGradient = new inner_product_backward_weights.primitive_desc(
                OneDnn.CPU, input, weight, bias, output, description, OneDnn.attributes(), false);
        backwardWeight = new Call(new inner_product_backward_weights(weightGradient), weightGradient)
                .array(DNNL_ARG_SRC, input)
                .array(DNNL_ARG_DIFF_DST, output)
                .array(DNNL_ARG_DIFF_WEIGHTS, weight)
                .array(DNNL_ARG_DIFF_BIAS, bias);
    }

    @Override
    public void forward(INDArray input, INDArray weight, INDArray bias, INDArray output) {
        forward.run(input, weight, bias, output);
    }

    @Override
    public void backwardInput(INDArray outputGradient, INDArray weight, INDArray inputGradient) {
        backwardInput.run(outputGradient, weight, inputGradient);
    }

    @Override
    public void backwardWeight(
            INDArray input, INDArray outputGradient, INDArray weightGradient, INDArray biasGradient) {
        backwardWeight.run(input, outputGradient, weightGradient, biasGradient);
    }
}
