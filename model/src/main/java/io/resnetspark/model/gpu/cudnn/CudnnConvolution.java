package io.resnetspark.model.gpu.cudnn;

import java.util.function.IntFunction;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdDataAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdFilterAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionFwdAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
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
    private final ConvolutionDescriptors shape;
    private final Direction forward;
    private final Direction inputGradient;
    private final Direction weightGradient;

    /** @param shape closed with this */
    CudnnConvolution(cudnnContext cudnnHandle, ConvolutionDescriptors shape) {
        this.cudnnHandle = cudnnHandle;
        this.shape = shape;
        forward = forwardDirection();
        inputGradient = inputGradientDirection();
        weightGradient = weightGradientDirection();
    }

    private Direction forwardDirection() {
        cudnnConvolutionStruct convolution = shape.convolution();
        try (cudnnConvolutionFwdAlgoPerf_t proposals = new cudnnConvolutionFwdAlgoPerf_t(PROPOSALS);
                IntPointer count = new IntPointer(1)) {
            CudaStatus.cudnn(
                    cudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                            cudnnHandle,
                            shape.input(),
                            shape.weight(),
                            convolution,
                            shape.output(),
                            PROPOSALS,
                            count,
                            proposals),
                    "cudnnGetConvolutionForwardAlgorithm_v7 of " + shape);
            return choose("forward", convolution, count.get(), i -> {
                cudnnConvolutionFwdAlgoPerf_t p = proposals.position(i);
                return new Proposal(p.algo(), p.status(), p.memory(), p.determinism(), p.mathType());
            });
        }
    }

    private Direction inputGradientDirection() {
        cudnnConvolutionStruct convolution = shape.convolution();
        try (cudnnConvolutionBwdDataAlgoPerf_t proposals = new cudnnConvolutionBwdDataAlgoPerf_t(PROPOSALS);
                IntPointer count = new IntPointer(1)) {
            CudaStatus.cudnn(
                    cudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
                            cudnnHandle,
                            shape.weight(),
                            shape.output(),
                            convolution,
                            shape.input(),
                            PROPOSALS,
                            count,
                            proposals),
                    "cudnnGetConvolutionBackwardDataAlgorithm_v7 of " + shape);
            return choose("input gradient", convolution, count.get(), i -> {
                cudnnConvolutionBwdDataAlgoPerf_t p = proposals.position(i);
                return new Proposal(p.algo(), p.status(), p.memory(), p.determinism(), p.mathType());
            });
        }
    }

    private Direction weightGradientDirection() {
        cudnnConvolutionStruct convolution = shape.convolution();
        try (cudnnConvolutionBwdFilterAlgoPerf_t proposals = new cudnnConvolutionBwdFilterAlgoPerf_t(PROPOSALS);
                IntPointer count = new IntPointer(1)) {
            CudaStatus.cudnn(
                    cudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                            cudnnHandle,
                            shape.input(),
                            shape.output(),
                            convolution,
                            shape.weight(),
                            PROPOSALS,
                            count,
                            proposals),
                    "cudnnGetConvolutionBackwardFilterAlgorithm_v7 of " + shape);
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
                    "cuDNN has no algorithm for the %s of a convolution %s".formatted(direction, shape));
        }
        if (!chosen.deterministic()) {
            LOG.warn(
                    "cuDNN has no algorithm of repeatable results for the {} of a convolution {}; runs of this training will"
                            + " differ by rounding",
                    direction,
                    shape);
        }
        LOG.debug("Convolution {}, {}: {}", shape, direction, chosen);
        shape.useMathType(convolution, chosen.mathType());
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

    private static FloatPointer beta(Accumulate accumulate) {
        return accumulate == Accumulate.ADD ? ONE : ZERO;
    }

    @Override
    public void forward(long inputMaps, long packedWeight, long outputMaps, long workspace, Accumulate accumulate) {
        CudaStatus.cudnn(
                cudnn.cudnnConvolutionForward(
                        cudnnHandle,
                        ONE,
                        shape.input(),
                        at(inputMaps),
                        shape.weight(),
                        at(packedWeight),
                        forward.convolution(),
                        forward.proposal().algorithm(),
                        at(workspace),
                        forward.proposal().bytes(),
                        beta(accumulate),
                        shape.output(),
                        at(outputMaps)),
                "cudnnConvolutionForward of " + shape);
    }

    @Override
    public void inputGradient(
            long outputGradient, long packedWeight, long gradient, long workspace, Accumulate accumulate) {
        CudaStatus.cudnn(
                cudnn.cudnnConvolutionBackwardData(
                        cudnnHandle,
                        ONE,
                        shape.weight(),
                        at(packedWeight),
                        shape.output(),
                        at(outputGradient),
                        inputGradient.convolution(),
                        inputGradient.proposal().algorithm(),
                        at(workspace),
                        inputGradient.proposal().bytes(),
                        beta(accumulate),
                        shape.input(),
                        at(gradient)),
                "cudnnConvolutionBackwardData of " + shape);
    }

    @Override
    public void weightGradient(long inputMaps, long outputGradient, long packedGradient, long workspace) {
        CudaStatus.cudnn(
                cudnn.cudnnConvolutionBackwardFilter(
                        cudnnHandle,
                        ONE,
                        shape.input(),
                        at(inputMaps),
                        shape.output(),
                        at(outputGradient),
                        weightGradient.convolution(),
                        weightGradient.proposal().algorithm(),
                        at(workspace),
                        weightGradient.proposal().bytes(),
                        ZERO,
                        shape.weight(),
                        at(packedGradient)),
                "cudnnConvolutionBackwardFilter of " + shape);
    }

    @Override
    public void close() {
        shape.close();
    }
}
