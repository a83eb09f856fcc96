package io.resnetspark.model.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.resnetspark.model.kernel.onednn.TrainingMemory.InputGradient;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.Step.Convolution;
import io.resnetspark.model.program.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;

/**
 * A convolution whose weight is brought into the layout and type of each direction right before that, into memory that all
 * convolutions share; its gradient comes back as floats, in the layout of the {@link StoredWeights}.
 */
final class ConvolutionStep implements TrainingStep {

    /** As {@link OneDnnConvolution}: below this, a strided 1x1 window's gradient of the weight is computed wrongly. */
    private static final int CHANNELS_OF_A_BLOCK = 16;

    private final Convolution step;
    private final TrainingMemory at;
    private final memory.desc input;
    private final memory.desc output;
    private final memory.desc plainWeight;
    private final memory.desc anyWeight;
    private final memory.desc bias;
    private final convolution_forward.primitive_desc description;
    private final memory.desc storedWeight;
    private final List<Call> forward = new ArrayList<>();
    private List<Call> backward;
    private Optional<InputGradient> inputGradient = Optional.empty();

    ConvolutionStep(Convolution step, TrainingMemory at) {
        this.step = step;
        this.at = at;
        this.input = at.map(step.input());
        this.output = at.map(step.output());
        long[] shape = {
            step.output().channels(),
            step.input().channels(),
            step.window().size(),
            step.window().size()
        };
        this.plainWeight = OneDnn.floats(format_tag.oihw, shape);
        this.anyWeight = new memory.desc(shape, at.type(step.input()), format_tag.any);
        this.bias = step.bias().isPresent() ? OneDnn.vector(step.output().channels()) : new memory.desc();
        this.description = forwardDescription(input, step.window());
        if (step.learns() && !mustSample()) {
            at.storedWeights()
                    .prefer(
                            step.weight(),
                            plainWeight,
                            weightGradientDescription(input, step.window()).diff_weights_desc());
        }
        this.storedWeight = at.storedWeights().layout(step.weight(), plainWeight);
        forward.add(pack(description.weights_desc()));
        Call convolve = new Call(new convolution_forward(description), description)
                .fixed(DNNL_ARG_SRC, at.value(step.input()))
                .fixed(DNNL_ARG_WEIGHTS, at.weight(description.weights_desc()))
                .fixed(DNNL_ARG_DST, at.value(step.output()));
        step.bias().ifPresent(slice -> convolve.fixed(DNNL_ARG_BIAS, at.parameter(slice, bias)));
        forward.add(convolve);
    }

    private convolution_forward.primitive_desc forwardDescription(memory.desc source, Window window) {
        return new convolution_forward.primitive_desc(
                OneDnn.CPU,
                prop_kind.forward_training,
                algorithm.convolution_direct,
                source,
                anyWeight,
                bias,
                output,
                OneDnn.stride(window),
                OneDnn.padding(window),
                OneDnn.padding(window),
                OneDnn.attributes(),
                false);
    }

    private Call pack(memory.desc wanted) {
        return Call.reorder(storedWeight, wanted)
                .fixed(DNNL_ARG_FROM, at.parameter(step.weight(), storedWeight))
                .fixed(DNNL_ARG_TO, at.weight(wanted));
    }

    @Override
    public void forward(Mode mode) {
        forward.forEach(Call::run);
    }

    @Override
    public void backward() {
        if (backward == null) {
            backward = new ArrayList<>();
            if (step.learns()) {
                addWeightGradient();
            }
            inputGradient = at.inputGradient(step, 0);
            inputGradient.ifPresent(gradient -> addInputGradient(gradient.target()));
        }
        backward.forEach(Call::run);
        inputGradient.ifPresent(InputGradient::finish);
    }

    private void addInputGradient(memory target) {
        Window window = step.window();
        var back = new convolution_backward_data.primitive_desc(
                OneDnn.CPU,
                algorithm.convolution_direct,
                input,
                anyWeight,
                output,
                OneDnn.stride(window),
                OneDnn.padding(window),
                OneDnn.padding(window),
                description,
                OneDnn.attributes(),
                false);
        backward.add(pack(back.weights_desc()));
        backward.add(new Call(new convolution_backward_data(back), back)
                .fixed(DNNL_ARG_DIFF_DST, at.gradient(step.output()))
                .fixed(DNNL_ARG_WEIGHTS, at.weight(back.weights_desc()))
                .fixed(DNNL_ARG_DIFF_SRC, target));
    }

    private boolean mustSample() {
        return step.window().size() == 1
                && step.window().stride() > 1
                && step.input().channels() < CHANNELS_OF_A_BLOCK;
    }

    private void addWeightGradient() {
        if (mustSample()) {
            addSampledWeightGradient();
        } else {
            addWeightGradient(input, at.value(step.input()), step.window());
        }
    }

    private void addSampledWeightGradient() {
        memory.desc dense = at.map(step.input(), step.output().shape());
        memory gathered = at.scratch(dense);
        for (SampledMap part : SampledMap.of(at, step.input(), step.window().stride())) {
            memory.desc rows = part.in(dense, 0);
            backward.add(Call.reorder(part.pixels(), rows)
                    .fixed(DNNL_ARG_FROM, part.of(at.valueBlock(step.input())))
                    .fixed(DNNL_ARG_TO, at.scratch(rows)));
        }
        addWeightGradient(dense, gathered, new Window(1, 1, 0));
    }

    private convolution_backward_weights.primitive_desc weightGradientDescription(memory.desc source, Window window) {
        return new convolution_backward_weights.primitive_desc(
                OneDnn.CPU,
                algorithm.convolution_direct,
                source,
                new memory.desc(plainWeight.get_dims(), data_type.f32, format_tag.any),
                bias,
                output,
                OneDnn.stride(window),
                OneDnn.padding(window),
                OneDnn.padding(window),
                window.equals(step.window()) ? description : forwardDescription(source, window),
                OneDnn.attributes(),
                false);
    }

    private void addWeightGradient(memory.desc source, memory sourceMemory, Window window) {
        var back = weightGradientDescription(source, window);
        memory.desc packed = back.diff_weights_desc();
        boolean inPlace = packed.equals(storedWeight);
        memory target = inPlace ? at.parameterGradient(step.weight(), storedWeight) : at.weight(packed);
        Call gradient = new Call(new convolution_backward_weights(back), back)
                .fixed(DNNL_ARG_SRC, sourceMemory)
                .fixed(DNNL_ARG_DIFF_DST, at.gradient(step.output()))
                .fixed(DNNL_ARG_DIFF_WEIGHTS, target);
        Optional<ParameterSlice> slice = step.bias();
        slice.ifPresent(one -> gradient.fixed(DNNL_ARG_DIFF_BIAS, at.parameterGradient(one, bias)));
        backward.add(gradient);
        if (!inPlace) {
            backward.add(Call.reorder(packed, storedWeight)
                    .fixed(DNNL_ARG_FROM, target)
                    .fixed(DNNL_ARG_TO, at.parameterGradient(step.weight(), storedWeight)));
        }
    }
}
