package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.device.Accumulate;
import io.resnetspark.model.gpu.device.Algorithm;
import io.resnetspark.model.gpu.device.AlgorithmRefusedException;
import io.resnetspark.model.gpu.device.DeviceAddress;
import io.resnetspark.model.gpu.device.DeviceConvolution;
import io.resnetspark.model.gpu.device.Direction;
import io.resnetspark.model.program.Element;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdDataAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdFilterAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionFwdAlgoPerf_t;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * cuDNN's convolution, by the functions it has had since version 7 on: one call per direction, with descriptors and an
 * algorithm. Maps and weights are channels-last, which its tensor-core kernels want.
 */
@SuppressWarnings("deprecation") // the newer graph interface offers nothing here that would be worth its size
final class CudnnConvolution implements DeviceConvolution {

    private static final Logger LOG = LoggerFactory.getLogger(CudnnConvolution.class);
    private static final int PROPOSALS = 32; // more than there are algorithms, each with two kinds of arithmetic
    private static final FloatPointer ONE = new FloatPointer(1f);
    private static final FloatPointer ZERO = new FloatPointer(0f);

    /** One of cuDNN's proposals; {@code status} says whether it can do the job. */
    private record Proposal(int algorithm, int status, long bytes, int determinism, int mathType) {}

    private final cudnnContext cudnnHandle;
    private final ConvolutionDescriptors descriptors;
    private final Map<Direction, List<Algorithm>> algorithms = new EnumMap<>(Direction.class);
    private int mathType;

    /** @param descriptors closed with this */
    CudnnConvolution(cudnnContext cudnnHandle, ConvolutionDescriptors descriptors) {
        this.cudnnHandle = cudnnHandle;
        this.descriptors = descriptors;
        this.mathType = Arithmetic.ofConvolutions(descriptors.shape().precision());
    }

    @Override
    public List<Algorithm> algorithms(Direction direction) {
        return algorithms.computeIfAbsent(direction, this::proposals);
    }

    private List<Algorithm> proposals(Direction direction) {
        // Of a weight's gradient, which is a sum over all pixels of a batch, the exact one first.
        Set<Element> results = new LinkedHashSet<>();
        if (direction == Direction.WEIGHT_GRADIENT) {
            results.add(Element.FLOAT);
        }
        results.add(descriptors.shape().maps());
        List<Algorithm> proposals = new ArrayList<>();
        for (Element result : results) {
            useMathType(Arithmetic.ofConvolutions(descriptors.shape().precision())); // the most that proposals may take
            List<Proposal> found =
                    switch (direction) {
                        case FORWARD -> forwardProposals();
                        case INPUT_GRADIENT -> inputGradientProposals();
                        case WEIGHT_GRADIENT -> weightGradientProposals(result);
                    };
            for (Proposal proposal : found) {
                if (proposal.status() == cudnn.CUDNN_STATUS_SUCCESS
                        && Arithmetic.allows(descriptors.shape().precision(), proposal.mathType())) {
                    proposals.add(new Algorithm(
                            proposal.algorithm(),
                            proposal.mathType(),
                            proposal.determinism() == cudnn.CUDNN_DETERMINISTIC,
                            proposal.bytes(),
                            result));
                }
            }
        }
        LOG.debug("Convolution {}, {}: {}", descriptors, direction, proposals);
        return proposals;
    }

    private void useMathType(int wanted) {
        if (mathType != wanted) {
            descriptors.useMathType(wanted);
            mathType = wanted;
        }
    }

    private List<Proposal> forwardProposals() {
        try (cudnnConvolutionFwdAlgoPerf_t proposals = new cudnnConvolutionFwdAlgoPerf_t(PROPOSALS);
                IntPointer count = new IntPointer(1)) {
            int status = cudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                    cudnnHandle,
                    descriptors.input(),
                    descriptors.weight(),
                    descriptors.convolution(),
                    descriptors.output(),
                    PROPOSALS,
                    count,
                    proposals);
            return list(status, "cudnnGetConvolutionForwardAlgorithm_v7", count, i -> {
                cudnnConvolutionFwdAlgoPerf_t p = proposals.position(i);
                return new Proposal(p.algo(), p.status(), p.memory(), p.determinism(), p.mathType());
            });
        }
    }

    private List<Proposal> inputGradientProposals() {
        try (cudnnConvolutionBwdDataAlgoPerf_t proposals = new cudnnConvolutionBwdDataAlgoPerf_t(PROPOSALS);
                IntPointer count = new IntPointer(1)) {
            int status = cudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
                    cudnnHandle,
                    descriptors.weight(),
                    descriptors.output(),
                    descriptors.convolution(),
                    descriptors.input(),
                    PROPOSALS,
                    count,
                    proposals);
            return list(status, "cudnnGetConvolutionBackwardDataAlgorithm_v7", count, i -> {
                cudnnConvolutionBwdDataAlgoPerf_t p = proposals.position(i);
                return new Proposal(p.algo(), p.status(), p.memory(), p.determinism(), p.mathType());
            });
        }
    }

    private List<Proposal> weightGradientProposals(Element result) {
        try (cudnnConvolutionBwdFilterAlgoPerf_t proposals = new cudnnConvolutionBwdFilterAlgoPerf_t(PROPOSALS);
                IntPointer count = new IntPointer(1)) {
            int status = cudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                    cudnnHandle,
                    descriptors.input(),
                    descriptors.output(),
                    descriptors.convolution(),
                    descriptors.weightGradient(result),
                    PROPOSALS,
                    count,
                    proposals);
            return list(status, "cudnnGetConvolutionBackwardFilterAlgorithm_v7", count, i -> {
                cudnnConvolutionBwdFilterAlgoPerf_t p = proposals.position(i);
                return new Proposal(p.algo(), p.status(), p.memory(), p.determinism(), p.mathType());
            });
        }
    }

    /** A combination of types that cuDNN has nothing for is an error to it; to us it has no proposals. */
    private List<Proposal> list(int status, String call, IntPointer count, IntFunction<Proposal> proposals) {
        List<Proposal> list = new ArrayList<>();
        try {
            CudaStatus.algorithm(status, call + " of " + descriptors);
        } catch (AlgorithmRefusedException e) {
            LOG.debug("{}", e.getMessage());
            return list;
        }
        for (int i = 0; i < count.get(); i++) {
            list.add(proposals.apply(i));
        }
        return list;
    }

    private static Pointer at(long address) {
        return new DeviceAddress(address);
    }

    @Override
    public void run(
            Direction direction,
            Algorithm algorithm,
            long first,
            long second,
            long result,
            long workspace,
            Accumulate accumulate) {
        useMathType(algorithm.mathType());
        FloatPointer beta = accumulate == Accumulate.ADD ? ONE : ZERO;
        int status =
                switch (direction) {
                    case FORWARD ->
                        cudnn.cudnnConvolutionForward(
                                cudnnHandle,
                                ONE,
                                descriptors.input(),
                                at(first),
                                descriptors.weight(),
                                at(second),
                                descriptors.convolution(),
                                algorithm.number(),
                                at(workspace),
                                algorithm.workspaceBytes(),
                                beta,
                                descriptors.output(),
                                at(result));
                    case INPUT_GRADIENT ->
                        cudnn.cudnnConvolutionBackwardData(
                                cudnnHandle,
                                ONE,
                                descriptors.weight(),
                                at(second),
                                descriptors.output(),
                                at(first),
                                descriptors.convolution(),
                                algorithm.number(),
                                at(workspace),
                                algorithm.workspaceBytes(),
                                beta,
                                descriptors.input(),
                                at(result));
                    case WEIGHT_GRADIENT ->
                        cudnn.cudnnConvolutionBackwardFilter(
                                cudnnHandle,
                                ONE,
                                descriptors.input(),
                                at(first),
                                descriptors.output(),
                                at(second),
                                descriptors.convolution(),
                                algorithm.number(),
                                at(workspace),
                                algorithm.workspaceBytes(),
                                beta,
                                descriptors.weightGradient(algorithm.result()),
                                at(result));
                };
        CudaStatus.algorithm(
                status, "cuDNN's %s of a convolution %s by %s".formatted(direction, descriptors, algorithm));
    }

    @Override
    public void close() {
        descriptors.close();
    }
}
