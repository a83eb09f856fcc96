package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Window;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.IntPointer;

/** A convolution as cuDNN describes it: channels-last maps and weight, windows, arithmetic. Needs no device. */
@SuppressWarnings("deprecation") // see CudnnConvolution
final class ConvolutionDescriptors implements AutoCloseable {

    private static final int DILATION = 1;

    private final Element maps;
    private final TrainingPrecision precision;
    private final Window window;
    private final String what;
    private final cudnnTensorStruct input;
    private final cudnnTensorStruct output;
    private final cudnnFilterStruct weight = new cudnnFilterStruct();
    private final List<cudnnConvolutionStruct> convolutions = new ArrayList<>();

    ConvolutionDescriptors(TrainingPrecision precision, Element maps, ImageShape shape, int outputs, Window window) {
        this.precision = precision;
        this.maps = maps;
        this.window = window;
        ImageShape result = shape.through(window, outputs);
        this.what = "%s to %s, %s, %s".formatted(shape, result, window, maps);
        input = tensor(shape);
        output = tensor(result);
        CudaStatus.cudnn(cudnn.cudnnCreateFilterDescriptor(weight), "cudnnCreateFilterDescriptor");
        CudaStatus.cudnn(
                cudnn.cudnnSetFilter4dDescriptor(
                        weight,
                        dataType(),
                        cudnn.CUDNN_TENSOR_NHWC,
                        outputs,
                        shape.channels(),
                        window.size(),
                        window.size()),
                "cudnnSetFilter4dDescriptor of " + what);
    }

    private int dataType() {
        return maps == Element.BFLOAT16 ? cudnn.CUDNN_DATA_BFLOAT16 : cudnn.CUDNN_DATA_FLOAT;
    }

    /** cuDNN's default for floats allows TF32. */
    private int mathType() {
        if (maps == Element.BFLOAT16) {
            return cudnn.CUDNN_TENSOR_OP_MATH;
        }
        return precision == TrainingPrecision.FP32 ? cudnn.CUDNN_FMA_MATH : cudnn.CUDNN_DEFAULT_MATH;
    }

    private cudnnTensorStruct tensor(ImageShape shape) {
        cudnnTensorStruct tensor = new cudnnTensorStruct();
        CudaStatus.cudnn(cudnn.cudnnCreateTensorDescriptor(tensor), "cudnnCreateTensorDescriptor");
        CudaStatus.cudnn(
                cudnn.cudnnSetTensor4dDescriptor(
                        tensor,
                        cudnn.CUDNN_TENSOR_NHWC,
                        dataType(),
                        shape.batch(),
                        shape.channels(),
                        shape.height(),
                        shape.width()),
                "cudnnSetTensor4dDescriptor of " + what);
        return tensor;
    }

    /** The convolution, to be given an algorithm's own arithmetic. */
    cudnnConvolutionStruct convolution() {
        cudnnConvolutionStruct convolution = new cudnnConvolutionStruct();
        CudaStatus.cudnn(cudnn.cudnnCreateConvolutionDescriptor(convolution), "cudnnCreateConvolutionDescriptor");
        convolutions.add(convolution);
        CudaStatus.cudnn(
                cudnn.cudnnSetConvolution2dDescriptor(
                        convolution,
                        window.padding(),
                        window.padding(),
                        window.stride(),
                        window.stride(),
                        DILATION,
                        DILATION,
                        cudnn.CUDNN_CROSS_CORRELATION,
                        cudnn.CUDNN_DATA_FLOAT), // sums are single precision whatever the maps are
                "cudnnSetConvolution2dDescriptor of " + what);
        useMathType(convolution, mathType());
        return convolution;
    }

    void useMathType(cudnnConvolutionStruct convolution, int mathType) {
        CudaStatus.cudnn(
                cudnn.cudnnSetConvolutionMathType(convolution, mathType), "cudnnSetConvolutionMathType of " + what);
    }

    /** The output's shape by cuDNN's own reckoning. */
    ImageShape outputShape() {
        try (IntPointer n = new IntPointer(1);
                IntPointer c = new IntPointer(1);
                IntPointer h = new IntPointer(1);
                IntPointer w = new IntPointer(1)) {
            CudaStatus.cudnn(
                    cudnn.cudnnGetConvolution2dForwardOutputDim(convolution(), input, weight, n, c, h, w),
                    "cudnnGetConvolution2dForwardOutputDim of " + what);
            return new ImageShape(n.get(), h.get(), w.get(), c.get());
        }
    }

    cudnnTensorStruct input() {
        return input;
    }

    cudnnTensorStruct output() {
        return output;
    }

    cudnnFilterStruct weight() {
        return weight;
    }

    /** For messages. */
    @Override
    public String toString() {
        return what;
    }

    @Override
    public void close() {
        for (cudnnConvolutionStruct convolution : convolutions) {
            CudaStatus.cudnn(cudnn.cudnnDestroyConvolutionDescriptor(convolution), "cudnnDestroyConvolutionDescriptor");
        }
        CudaStatus.cudnn(cudnn.cudnnDestroyFilterDescriptor(weight), "cudnnDestroyFilterDescriptor");
        CudaStatus.cudnn(cudnn.cudnnDestroyTensorDescriptor(input), "cudnnDestroyTensorDescriptor");
        CudaStatus.cudnn(cudnn.cudnnDestroyTensorDescriptor(output), "cudnnDestroyTensorDescriptor");
    }
}
