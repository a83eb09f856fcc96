package io.resnetspark.model.kernel.cudnn;

import io.resnetspark.model.kernel.ImageShape;
import io.resnetspark.model.kernel.Window;
import java.util.function.IntFunction;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdDataAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdFilterAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionFwdAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * cuDNN's convolution, by the functions it has had since version 7 on: one call per direction, with descriptors and an
 * algorithm. Maps and weights are channels-last, which its tensor-core kernels want. The algorithm is the first that cuDNN's
 * heuristics propose among those whose results do not depend on timing: a training that is repeated or resumed has the same
 * bits.
 */
@SuppressWarnings("deprecation") // the newer graph interface offers nothing here that would be worth its size
final class CudnnConvolution implements DeviceConvolution {

    private static final Logger LOG = LoggerFactory.getLogger(CudnnConvolution.class);
    private static final int PROPOSALS = 8;
    private static final long LARGEST_WORKSPACE = 1L << 30;
    private static final int DILATION = 1;
    private static final FloatPointer ONE = new FloatPointer(1f);
    private static final FloatPointer ZERO = new FloatPointer(0f);

    /**
     * One of cuDNN's proposals.
     *
     * @param status whether it can do the job
     * @param bytes of workspace
     */
    private record Proposal(int algorithm, int status, long bytes, int determinism, int mathType) {

        boolean usable() {
            return status == cudnn.CUDNN_STATUS_SUCCESS && bytes <= LARGEST_WORKSPACE;
        }

        boolean deterministic() {
            return determinism == cudnn.CUDNN_DETERMINISTIC;
        }
    }

    /** An algorithm and the convolution with its kind of arithmetic. */
    private record Direction(cudnnConvolutionStruct convolution, Proposal proposal) {}

    private final cudnnContext cudnnHandle;
    private final Element maps;
    private final Precision precision;
    private final Window window;
    private final String what;
    private final cudnnTensorStruct input = new cudnnTensorStruct();
    private final cudnnTensorStruct output = new cudnnTensorStruct();
    private final cudnnFilterStruct weight = new cudnnFilterStruct();
    private final Direction forward;
    private final Direction inputGradient;
    private final Direction weightGradient;

    CudnnConvolution(
            cudnnContext cudnnHandle, Precision precision, Element maps, ImageShape shape, int outputs, Window window) {
        this.cudnnHandle = cudnnHandle;
        this.precision = precision;
        this.maps = maps;
        this.window = window;
        ImageShape result = shape.through(window, outputs);
        this.what = "%s to %s, %s, %s".formatted(shape, result, window, maps);
        describe(input, shape);
        describe(output, result);
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
        forward = forwardDirection();
        inputGradient = inputGradientDirection();
        weightGradient = weightGradientDirection();
    }

    private int dataType() {
        return maps == Element.BFLOAT16 ? cudnn.CUDNN_DATA_BFLOAT16 : cudnn.CUDNN_DATA_FLOAT;
    }

    /** cuDNN's default for floats allows TF32. */
    private int mathType() {
        if (maps == Element.BFLOAT16) {
            return cudnn.CUDNN_TENSOR_OP_MATH;
        }
        return precision == Precision.FP32 ? cudnn.CUDNN_FMA_MATH : cudnn.CUDNN_DEFAULT_MATH;
    }

    private void describe(cudnnTensorStruct tensor, ImageShape shape) {
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
    }

    private cudnnConvolutionStruct newConvolution() {
        cudnnConvolutionStruct convolution = new cudnnConvolutionStruct();
        CudaStatus.cudnn(cudnn.cudnnCreateConvolutionDescriptor(convolution), "cudnnCreateConvolutionDescriptor");
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
        setMathType(convolution, mathType());
        return convolution;
    }

    private void setMathType(cudnnConvolutionStruct convolution, int mathType) {
        CudaStatus.cudnn(
                cudnn.cudnnSetConvolutionMathType(convolution, mathType), "cudnnSetConvolutionMathType of " + what);
    }

    private Direction forwardDirection() {
        cudnnConvolutionStruct convolution = newConvolution();
        try (cudnnConvolutionFwdAlgoPerf_t proposals = new cudnnConvolutionFwdAlgoPerf_t(PROPOSALS);
                IntPointer count = new IntPointer(1)) {
            CudaStatus.cudnn(
                    cudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                            cudnnHandle, input, weight, convolution, output, PROPOSALS, count, proposals),
                    "cudnnGetConvolutionForwardAlgorithm_v7 of " + what);
            return choose("forward", convolution, count.get(), i -> {
                cudnnConvolutionFwdAlgoPerf_t p = proposals.position(i);
                return new Proposal(p.algo(), p.status(), p.memory(), p.determinism(), p.mathType());
            });
        }
    }

    private Direction inputGradientDirection() {
        cudnnConvolutionStruct convolution = newConvolution();
        try (cudnnConvolutionBwdDataAlgoPerf_t proposals = new cudnnConvolutionBwdDataAlgoPerf_t(PROPOSALS);
                IntPointer count = new IntPointer(1)) {
            CudaStatus.cudnn(
                    cudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
                            cudnnHandle, weight, output, convolution, input, PROPOSALS, count, proposals),
                    "cudnnGetConvolutionBackwardDataAlgorithm_v7 of " + what);
            return choose("input gradient", convolution, count.get(), i -> {
                cudnnConvolutionBwdDataAlgoPerf_t p = proposals.position(i);
                return new Proposal(p.algo(), p.status(), p.memory(), p.determinism(), p.mathType());
            });
        }
    }

    private Direction weightGradientDirection() {
        cudnnConvolutionStruct convolution = newConvolution();
        try (cudnnConvolutionBwdFilterAlgoPerf_t proposals = new cudnnConvolutionBwdFilterAlgoPerf_t(PROPOSALS);
                IntPointer count = new IntPointer(1)) {
            CudaStatus.cudnn(
                    cudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                            cudnnHandle, input, output, convolution, weight, PROPOSALS, count, proposals),
                    "cudnnGetConvolutionBackwardFilterAlgorithm_v7 of " + what);
            return choose("weight gradient", convolution, count.get(), i -> {
                cudnnConvolutionBwdFilterAlgoPerf_t p = proposals.position(i);
                return new Proposal(p.algo(), p.status(), p.memory(), p.determinism(), p.mathType());
            });
        }
    }

    private Direction choose(
            String direction, cudnnConvolutionStruct convolution, int count, IntFunction<Proposal> proposals) {
        Proposal chosen = null;
        for (int i = 0; i < count; i++) {
            Proposal proposal = proposals.apply(i);
            boolean better = chosen == null || (proposal.deterministic() && !chosen.deterministic());
            if (proposal.usable() && better) {
                chosen = proposal;
            }
        }
        if (chosen == null) {
            throw new IllegalStateException(
                    "cuDNN has no algorithm for the %s of a convolution %s".formatted(direction, what));
        }
        if (!chosen.deterministic()) {
            LOG.warn(
                    "cuDNN has no algorithm of repeatable results for the {} of a convolution {}; runs of this training will"
                            + " differ by rounding",
                    direction,
                    what);
        }
        LOG.debug("Convolution {}, {}: {}", what, direction, chosen);
        setMathType(convolution, chosen.mathType());
        return new Direction(convolution, chosen);
    }

    @Override
    public long workspaceBytes() {
        return Math.max(
                forward.proposal().bytes(),
                Math.max(
                        inputGradient.proposal().bytes(),
                        weightGradient.proposal().bytes()));
    }

    private static Pointer at(long address) {
        return new DeviceAddress(address);
    }

    private static FloatPointer beta(Write write) {
        return write == Write.ADD ? ONE : ZERO;
    }

    @Override
    public void forward(long inputMaps, long packedWeight, long outputMaps, long workspace, Write write) {
        CudaStatus.cudnn(
                cudnn.cudnnConvolutionForward(
                        cudnnHandle,
                        ONE,
                        input,
                        at(inputMaps),
                        weight,
                        at(packedWeight),
                        forward.convolution(),
                        forward.proposal().algorithm(),
                        at(workspace),
                        forward.proposal().bytes(),
                        beta(write),
                        output,
                        at(outputMaps)),
                "cudnnConvolutionForward of " + what);
    }

    @Override
    public void inputGradient(long outputGradient, long packedWeight, long gradient, long workspace, Write write) {
        CudaStatus.cudnn(
                cudnn.cudnnConvolutionBackwardData(
                        cudnnHandle,
                        ONE,
                        weight,
                        at(packedWeight),
                        output,
                        at(outputGradient),
                        inputGradient.convolution(),
                        inputGradient.proposal().algorithm(),
                        at(workspace),
                        inputGradient.proposal().bytes(),
                        beta(write),
                        input,
                        at(gradient)),
                "cudnnConvolutionBackwardData of " + what);
    }

    @Override
    public void weightGradient(long inputMaps, long outputGradient, long packedGradient, long workspace) {
        CudaStatus.cudnn(
                cudnn.cudnnConvolutionBackwardFilter(
                        cudnnHandle,
                        ONE,
                        input,
                        at(inputMaps),
                        output,
                        at(outputGradient),
                        weightGradient.convolution(),
                        weightGradient.proposal().algorithm(),
                        at(workspace),
                        weightGradient.proposal().bytes(),
                        ZERO,
                        weight,
                        at(packedGradient)),
                "cudnnConvolutionBackwardFilter of " + what);
    }

    @Override
    public void close() {
        for (Direction direction : new Direction[] {forward, inputGradient, weightGradient}) {
            CudaStatus.cudnn(
                    cudnn.cudnnDestroyConvolutionDescriptor(direction.convolution()),
                    "cudnnDestroyConvolutionDescriptor");
        }
        CudaStatus.cudnn(cudnn.cudnnDestroyFilterDescriptor(weight), "cudnnDestroyFilterDescriptor");
        CudaStatus.cudnn(cudnn.cudnnDestroyTensorDescriptor(input), "cudnnDestroyTensorDescriptor");
        CudaStatus.cudnn(cudnn.cudnnDestroyTensorDescriptor(output), "cudnnDestroyTensorDescriptor");
    }
}
