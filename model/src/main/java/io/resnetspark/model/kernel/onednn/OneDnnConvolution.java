package io.resnetspark.model.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.resnetspark.model.kernel.ConvolutionKernel;
import io.resnetspark.model.kernel.ImageShape;
import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.kernel.Window;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Convolution with weights packed into the layout each direction prefers; backward primitives are made when needed. */
final class OneDnnConvolution implements ConvolutionKernel {

    private final Window window;
    private final Bias bias;

    private final memory.desc input;
    private final memory.desc output;
    private final memory.desc plainWeight;
    private final memory.desc anyWeight;
    private final memory.desc biasVector;
    private final convolution_forward.primitive_desc forwardDescription;

    private final Call forward;
    private final PackedWeight forwardWeight;
    private Call backwardInput;
    private PackedWeight backwardInputWeight;
    private Call backwardWeight;
    private PackedWeight weightGradientScratch;

    OneDnnConvolution(ImageShape inputShape, int outputChannels, Window window, Bias bias) {
        this.window = window;
        this.bias = bias;
        input = OneDnn.channelsLast(inputShape);
        output = OneDnn.channelsLast(inputShape.through(window, outputChannels));
        long[] weightDimensions = {outputChannels, inputShape.channels(), window.size(), window.size()};
        plainWeight = OneDnn.floats(format_tag.oihw, weightDimensions);
        anyWeight = OneDnn.floats(format_tag.any, weightDimensions);
        biasVector = bias == Bias.ADDED ? OneDnn.vector(outputChannels) : new memory.desc(); // empty: without bias
        forwardDescription = new convolution_forward.primitive_desc(
                OneDnn.CPU,
                prop_kind.forward_training,
                algorithm.convolution_direct,
                input,
                anyWeight,
                biasVector,
                output,
                OneDnn.stride(window),
                OneDnn.padding(window),
                OneDnn.padding(window),
                OneDnn.attributes(),
                false);
        forwardWeight = new PackedWeight(plainWeight, forwardDescription.weights_desc());
        forward = new Call(new convolution_forward(forwardDescription), forwardDescription)
                .fixed(DNNL_ARG_WEIGHTS, forwardWeight.memory)
                .array(DNNL_ARG_SRC, input)
                .array(DNNL_ARG_DST, output);
        if (bias == Bias.ADDED) {
            forward.array(DNNL_ARG_BIAS, biasVector);
        }
    }

    @Override
    public void forward(INDArray inputArray, INDArray weight, INDArray biasArray, INDArray outputArray) {
        forwardWeight.pack(weight);
        if (bias == Bias.ADDED) {
            forward.run(inputArray, outputArray, biasArray);
        } else {
            forward.run(inputArray, outputArray);
        }
    }

    @Override
    public void backwardInput(INDArray outputGradient, INDArray weight, INDArray inputGradient) {
        if (backwardInput == null) {
            var description = new convolution_backward_data.primitive_desc(
                    OneDnn.CPU,
                    algorithm.convolution_direct,
                    input,
                    anyWeight,
                    output,
                    OneDnn.stride(window),
                    OneDnn.padding(window),
                    OneDnn.padding(window),
                    forwardDescription,
                    OneDnn.attributes(),
                    false);
            backwardInputWeight = new PackedWeight(plainWeight, description.weights_desc());
            backwardInput = new Call(new convolution_backward_data(description), description)
                    .fixed(DNNL_ARG_WEIGHTS, backwardInputWeight.memory)
                    .array(DNNL_ARG_DIFF_DST, output)
                    .array(DNNL_ARG_DIFF_SRC, input);
        }
        backwardInputWeight.pack(weight);
        backwardInput.run(outputGradient, inputGradient);
    }

    @Override
    public void backwardWeight(
            INDArray inputArray, INDArray outputGradient, INDArray weightGradient, INDArray biasGradient) {
        if (backwardWeight == null) {
            makeBackwardWeight();
        }
        if (bias == Bias.ADDED) {
            backwardWeight.run(inputArray, outputGradient, biasGradient);
        } else {
            backwardWeight.run(inputArray, outputGradient);
        }
        weightGradientScratch.unpackTo(weightGradient);
    }

    private void makeBackwardWeight() {
        var description = new convolution_backward_weights.primitive_desc(
                OneDnn.CPU,
                algorithm.convolution_direct,
                input,
                anyWeight,
                biasVector,
                output,
                OneDnn.stride(window),
                OneDnn.padding(window),
                OneDnn.padding(window),
                forwardDescription,
                OneDnn.attributes(),
                false);
        weightGradientScratch = new PackedWeight(plainWeight, description.diff_weights_desc());
        backwardWeight = new Call(new convolution_backward_weights(description), description)
                .fixed(DNNL_ARG_DIFF_WEIGHTS, weightGradientScratch.memory)
                .array(DNNL_ARG_SRC, input)
                .array(DNNL_ARG_DIFF_DST, output);
        if (bias == Bias.ADDED) {
            backwardWeight.array(DNNL_ARG_DIFF_BIAS, biasVector);
        }
    }
}
