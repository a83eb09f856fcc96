package io.resnetspark.model.kernel.onednn.primitive;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.resnetspark.model.kernel.ConvolutionKernel;
import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Window;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Convolution with weights packed into the layout each direction prefers; backward primitives are made when needed. */
public final class OneDnnConvolution implements ConvolutionKernel {

    /** Input channels of the widest block that oneDNN's 1x1 kernels compute at a time: the floats of an AVX-512 register. */
    private static final int CHANNELS_OF_A_BLOCK = 16;

    private final ImageShape inputShape;
    private final ImageShape outputShape;
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
    private SampledPixels sampledInput;

    public OneDnnConvolution(ImageShape inputShape, int outputChannels, Window window, Bias bias) {
        this.window = window;
        this.bias = bias;
        this.inputShape = inputShape;
        this.outputShape = inputShape.through(window, outputChannels);
        input = OneDnn.channelsLast(inputShape);
        output = OneDnn.channelsLast(outputShape);
        long[] weightDimensions = {outputChannels, inputShape.channels(), window.size(), window.size()};
        plainWeight = OneDnn.floats(format_tag.oihw, weightDimensions);
        anyWeight = OneDnn.floats(format_tag.any, weightDimensions);
        biasVector = bias == Bias.ADDED ? OneDnn.vector(outputChannels) : new memory.desc(); // empty: without bias
        forwardDescription = forwardDescription(input, window);
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
        INDArray source = sampledInput == null ? inputArray : sampledInput.of(inputArray);
        if (bias == Bias.ADDED) {
            backwardWeight.run(source, outputGradient, biasGradient);
        } else {
            backwardWeight.run(source, outputGradient);
        }
        weightGradientScratch.unpackTo(weightGradient);
    }

    /**
     * oneDNN's own gathering of the pixels that a strided 1x1 window reads writes past its memory where there are fewer
     * channels than a block has: wrong gradients, or a crash (its issue 6035, seen with oneDNN 3.11).
     */
    private boolean mustGather() {
        return window.size() == 1 && window.stride() > 1 && inputShape.channels() < CHANNELS_OF_A_BLOCK;
    }

    private void makeBackwardWeight() {
        if (mustGather()) {
            sampledInput = new SampledPixels(inputShape, outputShape.height(), outputShape.width(), window.stride());
            makeBackwardWeight(OneDnn.channelsLast(sampledInput.shape()), new Window(1, 1, 0));
        } else {
            makeBackwardWeight(input, window);
        }
    }

    private void makeBackwardWeight(memory.desc source, Window through) {
        var description = new convolution_backward_weights.primitive_desc(
                OneDnn.CPU,
                algorithm.convolution_direct,
                source,
                anyWeight,
                biasVector,
                output,
                OneDnn.stride(through),
                OneDnn.padding(through),
                OneDnn.padding(through),
                forwardDescription(source, through),
                OneDnn.attributes(),
                false);
        weightGradientScratch = new PackedWeight(plainWeight, description.diff_weights_desc());
        backwardWeight = new Call(new convolution_backward_weights(description), description)
                .fixed(DNNL_ARG_DIFF_WEIGHTS, weightGradientScratch.memory)
                .array(DNNL_ARG_SRC, source)
                .array(DNNL_ARG_DIFF_DST, output);
        if (bias == Bias.ADDED) {
            backwardWeight.array(DNNL_ARG_DIFF_BIAS, biasVector);
        }
    }

    private convolution_forward.primitive_desc forwardDescription(memory.desc source, Window through) {
        return new convolution_forward.primitive_desc(
                OneDnn.CPU,
                prop_kind.forward_training,
                algorithm.convolution_direct,
                source,
                anyWeight,
                biasVector,
                output,
                OneDnn.stride(through),
                OneDnn.padding(through),
                OneDnn.padding(through),
                OneDnn.attributes(),
                false);
    }
}
