package io.resnetspark.model.kernel.onednn.training;

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

import io.resnetspark.model.kernel.onednn.primitive.Call;
import io.resnetspark.model.kernel.onednn.primitive.NativeBlock;
import io.resnetspark.model.kernel.onednn.primitive.OneDnn;
import io.resnetspark.model.kernel.onednn.training.TrainingMemory.InputGradient;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.BatchStatistics;
import io.resnetspark.model.program.Step.BatchNorm;
import java.nio.FloatBuffer;
import java.util.Optional;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;

/**
 * A batch norm with what follows it. A ReLU that follows at once is part of the primitive, which keeps what it passed; a sum
 * and its ReLU are one more pass, undone where the gradient lies.
 */
public final class BatchNormStep implements TrainingStep {

    private final BatchNorm step;
    private final TrainingMemory at;
    private final FloatBuffer parameters;
    private final memory.desc shape;
    private final memory.desc perChannel;
    private final boolean fusesRelu;
    private final NativeBlock batchMean;
    private final NativeBlock batchVariance;
    private final FloatBuffer means;
    private final FloatBuffer variances;
    private final Optional<Call> add;

    private batch_normalization_forward.primitive_desc description;
    private Optional<NativeBlock> passed = Optional.empty();
    private Call train;
    private Call evaluate;

    private Call backward;
    private Optional<Call> undoRelu = Optional.empty();
    private Optional<InputGradient> inputGradient = Optional.empty();
    private Optional<Call> toAddend = Optional.empty();

    /** @param parameters the flat vector, for the running statistics */
    BatchNormStep(BatchNorm step, TrainingMemory at, FloatBuffer parameters) {
        this.step = step;
        this.at = at;
        this.parameters = parameters;
        this.shape = at.map(step.input());
        this.perChannel = OneDnn.vector(step.input().channels());
        this.fusesRelu = step.addend().isEmpty() && step.activation() == Activation.RELU;
        this.batchMean = at.kept(perChannel);
        this.batchVariance = at.kept(perChannel);
        this.means = batchMean.floats();
        this.variances = batchVariance.floats();
        this.add = step.addend()
                .map(addend -> MapSteps.add(
                        at.value(step.output()),
                        at.value(addend),
                        at.value(step.output()),
                        at.map(addend),
                        step.activation()));
    }

    private int flags(boolean runningStatistics) {
        return normalization_flags.use_scale.value
                | normalization_flags.use_shift.value
                | (fusesRelu ? normalization_flags.fuse_norm_relu.value : 0)
                | (runningStatistics ? normalization_flags.use_global_stats.value : 0);
    }

    private Call normalise(batch_normalization_forward.primitive_desc primitive, boolean runningStatistics) {
        return new Call(new batch_normalization_forward(primitive), primitive)
                .fixed(DNNL_ARG_SRC, at.value(step.input()))
                .fixed(DNNL_ARG_SCALE, at.parameter(step.scale(), perChannel))
                .fixed(DNNL_ARG_SHIFT, at.parameter(step.shift(), perChannel))
                .fixed(DNNL_ARG_MEAN, mean(runningStatistics))
                .fixed(DNNL_ARG_VARIANCE, variance(runningStatistics))
                .fixed(DNNL_ARG_DST, at.value(step.output()));
    }

    private memory mean(boolean running) {
        return running
                ? at.parameter(step.runningMean(), perChannel)
                : new memory(perChannel, OneDnn.CPU, batchMean.at(0));
    }

    private memory variance(boolean running) {
        return running
                ? at.parameter(step.runningVariance(), perChannel)
                : new memory(perChannel, OneDnn.CPU, batchVariance.at(0));
    }

    private batch_normalization_forward.primitive_desc description(prop_kind direction, boolean runningStatistics) {
        return new batch_normalization_forward.primitive_desc(
                OneDnn.CPU,
                direction.value,
                shape,
                shape,
                step.epsilon(),
                flags(runningStatistics),
                OneDnn.attributes(),
                false);
    }

    @Override
    public void forward(Mode mode) {
        if (mode == Mode.TRAIN) {
            train();
        } else {
            evaluate();
        }
        add.ifPresent(Call::run);
    }

    private void train() {
        if (train == null) {
            description = description(prop_kind.forward_training, !step.learns());
            train = normalise(description, !step.learns());
            if (fusesRelu) {
                passed = Optional.of(at.kept(description.workspace_desc()));
                train.fixed(DNNL_ARG_WORKSPACE, mask());
            }
        }
        train.run();
        if (step.learns()) {
            blendStatistics();
        }
    }

    private memory mask() {
        return new memory(
                description.workspace_desc(), OneDnn.CPU, passed.orElseThrow().at(0));
    }

    private void evaluate() {
        if (evaluate == null) {
            evaluate = normalise(description(prop_kind.forward_inference, true), true);
        }
        evaluate.run();
    }

    private long samples() {
        return (long) at.batch()
                * step.input().shape().height()
                * step.input().shape().width();
    }

    /** The running variance is the unbiased one, as PyTorch keeps it. */
    private void blendStatistics() {
        float samples = samples();
        float unbiased = samples > 1 ? samples / (samples - 1) : 1;
        blend(means, step.runningMean().offset(), 1);
        blend(variances, step.runningVariance().offset(), unbiased);
    }

    /** Whether the newest forward pass in training saw numbers alone. A ReLU makes zeros of what is none. */
    boolean sawNumbers() {
        float sum = 0;
        for (int c = 0; step.learns() && c < variances.capacity(); c++) {
            sum += 0 * variances.get(c);
        }
        return sum == 0;
    }

    private void blend(FloatBuffer batch, int running, float correction) {
        float momentum = step.momentum();
        for (int c = 0; c < batch.capacity(); c++) {
            float old = parameters.get(running + c);
            parameters.put(running + c, (1 - momentum) * old + momentum * correction * batch.get(c));
        }
    }

    /** What the newest forward pass in training saw. */
    BatchStatistics statistics() {
        float[] mean = new float[step.input().channels()];
        float[] variance = new float[mean.length];
        means.get(0, mean);
        variances.get(0, variance);
        return new BatchStatistics(step.runningMean(), samples(), mean, variance);
    }

    boolean learns() {
        return step.learns();
    }

    @Override
    public void backward() {
        if (backward == null) {
            prepareBackward();
        }
        undoRelu.ifPresent(Call::run);
        backward.run();
        inputGradient.ifPresent(InputGradient::finish);
        toAddend.ifPresent(Call::run);
    }

    private void prepareBackward() {
        if (step.addend().isPresent()) {
            if (step.activation() == Activation.RELU) {
                undoRelu = Optional.of(MapSteps.undoRelu(
                        at.value(step.output()),
                        at.gradient(step.output()),
                        at.gradient(step.output()),
                        at.map(step.output())));
            }
            toAddend = at.passed(step, 1);
        }
        inputGradient = at.inputGradient(step, 0);
        // The primitive writes it even where nobody needs it.
        memory target = inputGradient.map(InputGradient::target).orElseGet(() -> at.scratch(shape));
        boolean running = !step.learns();
        var primitive = new batch_normalization_backward.primitive_desc(
                OneDnn.CPU,
                prop_kind.backward.value,
                shape,
                shape,
                shape,
                step.epsilon(),
                flags(running),
                description,
                OneDnn.attributes(),
                false);
        backward = new Call(new batch_normalization_backward(primitive), primitive)
                .fixed(DNNL_ARG_SRC, at.value(step.input()))
                .fixed(DNNL_ARG_DIFF_DST, at.gradient(step.output()))
                .fixed(DNNL_ARG_SCALE, at.parameter(step.scale(), perChannel))
                .fixed(DNNL_ARG_MEAN, mean(running))
                .fixed(DNNL_ARG_VARIANCE, variance(running))
                .fixed(DNNL_ARG_DIFF_SRC, target)
                // Computed where they do not learn too; nobody looks at them then.
                .fixed(DNNL_ARG_DIFF_SCALE, at.parameterGradient(step.scale(), perChannel))
                .fixed(DNNL_ARG_DIFF_SHIFT, at.parameterGradient(step.shift(), perChannel));
        if (fusesRelu) {
            backward.fixed(DNNL_ARG_WORKSPACE, mask());
        }
    }
}
