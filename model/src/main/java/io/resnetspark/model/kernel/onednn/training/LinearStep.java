package io.resnetspark.model.kernel.onednn.training;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.resnetspark.model.kernel.onednn.primitive.Call;
import io.resnetspark.model.kernel.onednn.primitive.OneDnn;
import io.resnetspark.model.program.MemoryPlan.GradientFlow;
import io.resnetspark.model.program.Step.Linear;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_backward_data;
import org.bytedeco.dnnl.inner_product_backward_weights;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;

/** The fully connected layer, in floats on plain layouts: straight on the flat vectors. */
public final class LinearStep implements TrainingStep {

    private final Linear step;
    private final TrainingMemory at;
    private final memory.desc input;
    private final memory.desc weight;
    private final memory.desc bias;
    private final memory.desc output;
    private final inner_product_forward.primitive_desc description;
    private final Call forward;
    private List<Call> backward;

    LinearStep(Linear step, TrainingMemory at) {
        this.step = step;
        this.at = at;
        int inputs = step.input().channels();
        int outputs = step.output().channels();
        input = OneDnn.floats(format_tag.ab, at.batch(), inputs);
        weight = OneDnn.floats(format_tag.ab, outputs, inputs);
        bias = OneDnn.vector(outputs);
        output = OneDnn.floats(format_tag.ab, at.batch(), outputs);
        description = new inner_product_forward.primitive_desc(
                OneDnn.CPU, prop_kind.forward_training, input, weight, bias, output, OneDnn.attributes(), false);
        forward = new Call(new inner_product_forward(description), description)
                .fixed(DNNL_ARG_SRC, at.value(step.input(), input))
                .fixed(DNNL_ARG_WEIGHTS, at.parameter(step.weight(), weight))
                .fixed(DNNL_ARG_BIAS, at.parameter(step.bias(), bias))
                .fixed(DNNL_ARG_DST, at.value(step.output(), output));
    }

    @Override
    public void forward(Mode mode) {
        forward.run();
    }

    @Override
    public void backward() {
        if (backward == null) {
            backward = makeBackward();
        }
        backward.forEach(Call::run);
    }

    private List<Call> makeBackward() {
        List<Call> calls = new ArrayList<>();
        if (step.learns()) {
            var primitive = new inner_product_backward_weights.primitive_desc(
                    OneDnn.CPU, input, weight, bias, output, description, OneDnn.attributes(), false);
            calls.add(new Call(new inner_product_backward_weights(primitive), primitive)
                    .fixed(DNNL_ARG_SRC, at.value(step.input(), input))
                    .fixed(DNNL_ARG_DIFF_DST, at.gradient(step.output(), output))
                    .fixed(DNNL_ARG_DIFF_WEIGHTS, at.parameterGradient(step.weight(), weight))
                    .fixed(DNNL_ARG_DIFF_BIAS, at.parameterGradient(step.bias(), bias)));
        }
        GradientFlow flow = at.plan().flow(step, 0);
        if (flow == GradientFlow.NONE) {
            return calls;
        }
        if (flow != GradientFlow.REPLACE) {
            throw new IllegalArgumentException("Features are read by one fully connected layer, not by others too");
        }
        var primitive = new inner_product_backward_data.primitive_desc(
                OneDnn.CPU, input, weight, output, description, OneDnn.attributes(), false);
        calls.add(new Call(new inner_product_backward_data(primitive), primitive)
                .fixed(DNNL_ARG_DIFF_DST, at.gradient(step.output(), output))
                .fixed(DNNL_ARG_WEIGHTS, at.parameter(step.weight(), weight))
                .fixed(DNNL_ARG_DIFF_SRC, at.gradient(step.input(), input)));
        return calls;
    }
}
