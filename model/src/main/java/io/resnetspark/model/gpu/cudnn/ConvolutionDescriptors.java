package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.device.ConvolutionShape;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Window;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.IntPointer;

/** A convolution as cuDNN describes it: channels-last maps and weight, windows, arithmetic. Needs no device. */
@SuppressWarnings("deprecation") // see CudnnConvolution
final class ConvolutionDescriptors implements AutoCloseable {

    private static final int DILATION = 1;

    private final ConvolutionShape shape;
    private final Deque<Runnable> releases = new ArrayDeque<>();
    private final cudnnTensorStruct input;
    private final cudnnTensorStruct output;
    private final cudnnFilterStruct weight;
    private final cudnnFilterStruct floatWeight;
    private final cudnnConvolutionStruct convolution = new cudnnConvolutionStruct();

    ConvolutionDescriptors(ConvolutionShape shape) {
        this.shape = shape;
        try {
            input = tensor(shape.input());
            output = tensor(shape.output());
            weight = filter(dataType(shape.maps()));
            floatWeight = filter(dataType(Element.FLOAT));
            describe();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static int dataType(Element element) {
        return element == Element.BFLOAT16 ? cudnn.CUDNN_DATA_BFLOAT16 : cudnn.CUDNN_DATA_FLOAT;
    }

    private cudnnTensorStruct tensor(ImageShape tensorShape) {
        cudnnTensorStruct tensor = new cudnnTensorStruct();
        CudaStatus.cudnn(cudnn.cudnnCreateTensorDescriptor(tensor), "cudnnCreateTensorDescriptor");
        releases.push(
                () -> CudaStatus.cudnn(cudnn.cudnnDestroyTensorDescriptor(tensor), "cudnnDestroyTensorDescriptor"));
        CudaStatus.cudnn(
                cudnn.cudnnSetTensor4dDescriptor(
                        tensor,
                        cudnn.CUDNN_TENSOR_NHWC,
                        dataType(shape.maps()),
                        tensorShape.batch(),
                        tensorShape.channels(),
                        tensorShape.height(),
                        tensorShape.width()),
                "cudnnSetTensor4dDescriptor of " + shape);
        return tensor;
    }

    private cudnnFilterStruct filter(int type) {
        cudnnFilterStruct filter = new cudnnFilterStruct();
        CudaStatus.cudnn(cudnn.cudnnCreateFilterDescriptor(filter), "cudnnCreateFilterDescriptor");
        releases.push(
                () -> CudaStatus.cudnn(cudnn.cudnnDestroyFilterDescriptor(filter), "cudnnDestroyFilterDescriptor"));
        Window window = shape.window();
        CudaStatus.cudnn(
                cudnn.cudnnSetFilter4dDescriptor(
                        filter,
                        type,
                        cudnn.CUDNN_TENSOR_NHWC,
                        shape.outputs(),
                        shape.input().channels(),
                        window.size(),
                        window.size()),
                "cudnnSetFilter4dDescriptor of " + shape);
        return filter;
    }

    private void describe() {
        CudaStatus.cudnn(cudnn.cudnnCreateConvolutionDescriptor(convolution), "cudnnCreateConvolutionDescriptor");
        releases.push(() -> CudaStatus.cudnn(
                cudnn.cudnnDestroyConvolutionDescriptor(convolution), "cudnnDestroyConvolutionDescriptor"));
        Window window = shape.window();
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
                "cudnnSetConvolution2dDescriptor of " + shape);
        useMathType(Arithmetic.ofConvolutions(shape.precision()));
    }

    /**
     * Computes with this kind of arithmetic from now on.
     *
     * @throws IllegalStateException if the precision does not allow it, or cuDNN takes another
     */
    void useMathType(int mathType) {
        if (!Arithmetic.allows(shape.precision(), mathType)) {
            throw new IllegalStateException(
                    "%s does not allow cuDNN's math type %d".formatted(shape.precision(), mathType));
        }
        CudaStatus.cudnn(
                cudnn.cudnnSetConvolutionMathType(convolution, mathType), "cudnnSetConvolutionMathType of " + shape);
        try (IntPointer set = new IntPointer(1)) {
            CudaStatus.cudnn(
                    cudnn.cudnnGetConvolutionMathType(convolution, set), "cudnnGetConvolutionMathType of " + shape);
            if (set.get() != mathType) {
                throw new IllegalStateException(
                        "cuDNN computes with math type %d, not %d as it was told".formatted(set.get(), mathType));
            }
        }
    }

    /** The output's shape by cuDNN's own reckoning. */
    ImageShape outputShape() {
        try (IntPointer n = new IntPointer(1);
                IntPointer c = new IntPointer(1);
                IntPointer h = new IntPointer(1);
                IntPointer w = new IntPointer(1)) {
            CudaStatus.cudnn(
                    cudnn.cudnnGetConvolution2dForwardOutputDim(convolution, input, weight, n, c, h, w),
                    "cudnnGetConvolution2dForwardOutputDim of " + shape);
            return new ImageShape(n.get(), h.get(), w.get(), c.get());
        }
    }

    ConvolutionShape shape() {
        return shape;
    }

    cudnnConvolutionStruct convolution() {
        return convolution;
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

    /** The weight's gradient. */
    cudnnFilterStruct weightGradient(Element type) {
        return type == Element.FLOAT ? floatWeight : weight;
    }

    /** For messages. */
    @Override
    public String toString() {
        return shape.toString();
    }

    @Override
    public void close() {
        while (!releases.isEmpty()) {
            releases.pop().run();
        }
    }
}
