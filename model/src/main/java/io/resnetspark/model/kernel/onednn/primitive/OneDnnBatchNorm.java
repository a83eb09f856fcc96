package io.resnetspark.model.kernel.onednn.primitive;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import io.resnetspark.model.kernel.BatchNormKernel;
import io.resnetspark.model.kernel.Statistics;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Batch normalisation with the ReLU fused in both directions; which units the ReLU passed is kept as a bit mask. */
public final class OneDnnBatchNorm implements BatchNormKernel {

    private final memory.desc shape;
    private final memory.desc perChannel;
    private final float epsilon;
    private final int flags;
    private final batch_normalization_forward.primitive_desc forwardDescription;
    private final Call forward;
    private final memory reluMask;
    private Call backward;

    public OneDnnBatchNorm(ImageShape imageShape, float epsilon, Activation activation, Statistics statistics) {
        this.shape = OneDnn.channelsLast(imageShape);
        this.perChannel = OneDnn.vector(imageShape.channels());
        this.epsilon = epsilon;
        this.flags = normalization_flags.use_scale.value
                | normalization_flags.use_shift.value
                | (activation == Activation.RELU ? normalization_flags.fuse_norm_relu.value : 0)
                | (statistics == Statistics.GIVEN ? normalization_flags.use_global_stats.value : 0);
        forwardDescription = new batch_normalization_forward.primitive_desc(
                OneDnn.CPU, prop_kind.forward_training.value, shape, shape, epsilon, flags, OneDnn.attributes(), false);
        reluMask = activation == Activation.RELU ? new memory(forwardDescription.workspace_desc(), OneDnn.CPU) : null;
        forward = new Call(new batch_normalization_forward(forwardDescription), forwardDescription)
                .array(DNNL_ARG_SRC, shape)
                .array(DNNL_ARG_SCALE, perChannel)
                .array(DNNL_ARG_SHIFT, perChannel)
                .array(DNNL_ARG_MEAN, perChannel)
                .array(DNNL_ARG_VARIANCE, perChannel)
                .array(DNNL_ARG_DST, shape);
        if (reluMask != null) {
            forward.fixed(DNNL_ARG_WORKSPACE, reluMask);
        }
    }

    @Override
    public void forward(
            INDArray input, INDArray scale, INDArray shift, INDArray mean, INDArray variance, INDArray output) {
        forward.run(input, scale, shift, mean, variance, output);
    }

    @Override
    public void backward(
            INDArray input,
            INDArray output,
            INDArray outputGradient,
            INDArray scale,
            INDArray mean,
            INDArray variance,
            INDArray inputGradient,
            INDArray scaleGradient,
            INDArray shiftGradient) {
        if (backward == null) {
            var description = new batch_normalization_backward.primitive_desc(
                    OneDnn.CPU,
                    prop_kind.backward.value,
                    shape,
                    shape,
                    shape,
                    epsilon,
                    flags,
                    forwardDescription,
                    OneDnn.attributes(),
                    false);
            backward = new Call(new batch_normalization_backward(description), description)
                    .array(DNNL_ARG_SRC, shape)
                    .array(DNNL_ARG_DIFF_DST, shape)
                    .array(DNNL_ARG_SCALE, perChannel)
                    .array(DNNL_ARG_MEAN, perChannel)
                    .array(DNNL_ARG_VARIANCE, perChannel)
                    .array(DNNL_ARG_DIFF_SRC, shape)
                    .array(DNNL_ARG_DIFF_SCALE, perChannel)
                    .array(DNNL_ARG_DIFF_SHIFT, perChannel);
            if (reluMask != null) {
                backward.fixed(DNNL_ARG_WORKSPACE, reluMask);
            }
        }
        backward.run(input, outputGradient, scale, mean, variance, inputGradient, scaleGradient, shiftGradient);
    }
}
