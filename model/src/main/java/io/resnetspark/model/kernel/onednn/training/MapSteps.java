package io.resnetspark.model.kernel.onednn.training;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import io.resnetspark.model.kernel.onednn.primitive.Call;
import io.resnetspark.model.kernel.onednn.primitive.NativeBlock;
import io.resnetspark.model.kernel.onednn.primitive.OneDnn;
import io.resnetspark.model.kernel.onednn.primitive.OneDnnPooling;
import io.resnetspark.model.kernel.onednn.training.TrainingMemory.InputGradient;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.MemoryPlan.GradientFlow;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Value;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;

/** Steps on maps without parameters. */
public final class MapSteps {

    private MapSteps() {}

    /** {@code result = act(first + second)}; the result may lie where the first summand does. */
    static Call add(memory first, memory second, memory result, memory.desc shape, Activation activation) {
        primitive_attr attributes = OneDnn.attributes();
        if (activation == Activation.RELU) {
            post_ops afterSum = new post_ops();
            afterSum.append_eltwise(algorithm.eltwise_relu, 0f, 0f);
            attributes.set_post_ops(afterSum);
        }
        var sum = new binary.primitive_desc(OneDnn.CPU, algorithm.binary_add, shape, shape, shape, attributes, false);
        return new Call(new binary(sum), sum)
                .fixed(DNNL_ARG_SRC_0, first)
                .fixed(DNNL_ARG_SRC_1, second)
                .fixed(DNNL_ARG_DST, result);
    }

    private static eltwise_forward.primitive_desc reluDescription(memory.desc shape) {
        return new eltwise_forward.primitive_desc(
                OneDnn.CPU,
                prop_kind.forward_training,
                algorithm.eltwise_relu_use_dst_for_bwd,
                shape,
                shape,
                0f,
                0f,
                OneDnn.attributes(),
                false);
    }

    /** {@code target = gradient} where the output is positive, else 0; the target may be the gradient itself. */
    static Call undoRelu(memory output, memory gradient, memory target, memory.desc shape) {
        var description = new eltwise_backward.primitive_desc(
                OneDnn.CPU,
                algorithm.eltwise_relu_use_dst_for_bwd,
                shape,
                shape,
                shape,
                0f,
                0f,
                reluDescription(shape),
                OneDnn.attributes(),
                false);
        return new Call(new eltwise_backward(description), description)
                .fixed(DNNL_ARG_DST, output)
                .fixed(DNNL_ARG_DIFF_DST, gradient)
                .fixed(DNNL_ARG_DIFF_SRC, target);
    }

    /** Calls for the forward pass, and those for the backward pass made when needed. */
    private abstract static class Simple implements TrainingStep {

        private final List<Call> forward;
        private List<Call> backward;

        Simple(List<Call> forward) {
            this.forward = forward;
        }

        abstract List<Call> makeBackward();

        @Override
        public void forward(Mode mode) {
            forward.forEach(Call::run);
        }

        @Override
        public void backward() {
            if (backward == null) {
                backward = makeBackward();
            }
            backward.forEach(Call::run);
        }
    }

    /** With what adds a written gradient to the others, if there are some. */
    private static List<Call> finished(Call writes, InputGradient target) {
        List<Call> calls = new ArrayList<>(List.of(writes));
        target.sum().ifPresent(calls::add);
        return calls;
    }

    static TrainingStep relu(Step.Relu step, TrainingMemory at) {
        memory.desc shape = at.map(step.input());
        var description = reluDescription(shape);
        Call forward = new Call(new eltwise_forward(description), description)
                .fixed(DNNL_ARG_SRC, at.value(step.input()))
                .fixed(DNNL_ARG_DST, at.value(step.output()));
        return new Simple(List.of(forward)) {
            @Override
            List<Call> makeBackward() {
                return at.inputGradient(step, 0)
                        .map(target -> finished(
                                undoRelu(at.value(step.output()), at.gradient(step.output()), target.target(), shape),
                                target))
                        .orElse(List.of());
            }
        };
    }

    /** Its ReLU is undone in place; the result goes to the addend, and last to the branch if it is not there already. */
    static TrainingStep residualAdd(Step.ResidualAdd step, TrainingMemory at) {
        memory.desc shape = at.map(step.output());
        Call forward = add(
                at.value(step.branch()), at.value(step.addend()), at.value(step.output()), shape, step.activation());
        return new Simple(List.of(forward)) {
            @Override
            List<Call> makeBackward() {
                List<Call> calls = new ArrayList<>();
                if (step.activation() == Activation.RELU) {
                    memory gradient = at.gradient(step.output());
                    calls.add(undoRelu(at.value(step.output()), gradient, gradient, shape));
                }
                at.passed(step, 1).ifPresent(calls::add);
                at.passed(step, 0).ifPresent(calls::add);
                return calls;
            }
        };
    }

    static TrainingStep maxPool(Step.MaxPool step, TrainingMemory at) {
        OneDnnPooling.Primitives primitives = OneDnnPooling.primitives(
                algorithm.pooling_max, at.map(step.input()), at.map(step.output()), step.window());
        NativeBlock argmax = at.kept(primitives.argmax());
        Call forward = primitives
                .newForward()
                .fixed(DNNL_ARG_SRC, at.value(step.input()))
                .fixed(DNNL_ARG_DST, at.value(step.output()))
                .fixed(DNNL_ARG_WORKSPACE, new memory(primitives.argmax(), OneDnn.CPU, argmax.at(0)));
        return new Simple(List.of(forward)) {
            @Override
            List<Call> makeBackward() {
                return at.inputGradient(step, 0)
                        .map(target -> finished(
                                primitives
                                        .newBackward()
                                        .fixed(DNNL_ARG_DIFF_DST, at.gradient(step.output()))
                                        .fixed(
                                                DNNL_ARG_WORKSPACE,
                                                new memory(primitives.argmax(), OneDnn.CPU, argmax.at(0)))
                                        .fixed(DNNL_ARG_DIFF_SRC, target.target()),
                                target))
                        .orElse(List.of());
            }
        };
    }

    /** The average is one of floats: other maps are copied as such first. */
    static TrainingStep globalAverage(Step.GlobalAverage step, TrainingMemory at) {
        memory.desc map = at.map(step.input());
        memory.desc floats = at.map(step.input(), data_type.f32);
        boolean converts = at.type(step.input()) != data_type.f32;
        OneDnnPooling.Primitives primitives =
                OneDnnPooling.average(step.input().batch(at.batch()), floats, at.map(step.output()));
        List<Call> forward = new ArrayList<>();
        memory source = at.value(step.input());
        if (converts) {
            memory converted = at.scratch(floats);
            forward.add(Call.reorder(map, floats).fixed(DNNL_ARG_FROM, source).fixed(DNNL_ARG_TO, converted));
            source = converted;
        }
        forward.add(primitives.newForward().fixed(DNNL_ARG_SRC, source).fixed(DNNL_ARG_DST, at.value(step.output())));
        return new Simple(forward) {
            @Override
            List<Call> makeBackward() {
                GradientFlow flow = at.plan().flow(step, 0);
                if (flow == GradientFlow.NONE) {
                    return List.of();
                }
                Call spread = primitives.newBackward().fixed(DNNL_ARG_DIFF_DST, at.gradient(step.output()));
                if (!converts && flow == GradientFlow.REPLACE) {
                    return List.of(spread.fixed(DNNL_ARG_DIFF_SRC, at.gradient(step.input())));
                }
                memory wide = at.scratch(floats);
                return List.of(
                        spread.fixed(DNNL_ARG_DIFF_SRC, wide),
                        copy(floats, map, flow)
                                .fixed(DNNL_ARG_FROM, wide)
                                .fixed(DNNL_ARG_TO, at.gradient(step.input())));
            }
        };
    }

    private static primitive_attr adding() {
        post_ops sum = new post_ops();
        sum.append_sum();
        primitive_attr attributes = OneDnn.attributes();
        attributes.set_post_ops(sum);
        return attributes;
    }

    private static Call copy(memory.desc from, memory.desc to, GradientFlow flow) {
        return flow == GradientFlow.ADD ? Call.reorder(from, to, adding()) : Call.reorder(from, to);
    }

    /** Every stride-th pixel is copied between the middle channels of the output and the input. */
    static TrainingStep padShortcut(Step.PadShortcut step, TrainingMemory at) {
        Value input = step.input();
        Value output = step.output();
        int before = (output.channels() - input.channels()) / 2;
        List<SampledMap> parts = SampledMap.of(at, input, step.stride());
        List<Call> spread = parts.stream()
                .map(part -> {
                    memory.desc middle = part.in(at.map(output), before);
                    return Call.reorder(part.pixels(), middle)
                            .fixed(DNNL_ARG_FROM, part.of(at.valueBlock(input)))
                            .fixed(DNNL_ARG_TO, at.value(output, middle));
                })
                .toList();
        return new TrainingStep() {

            private List<Call> gather;

            @Override
            public void forward(Mode mode) {
                at.valueBlock(output).clear();
                spread.forEach(Call::run);
            }

            @Override
            public void backward() {
                GradientFlow flow = at.plan().flow(step, 0);
                if (flow == GradientFlow.NONE) {
                    return;
                }
                if (gather == null) {
                    gather = parts.stream()
                            .map(part -> {
                                memory.desc middle = part.in(at.map(output), before);
                                return copy(middle, part.pixels(), flow)
                                        .fixed(DNNL_ARG_FROM, at.gradient(output, middle))
                                        .fixed(DNNL_ARG_TO, part.of(at.gradientBlock(input)));
                            })
                            .toList();
                }
                if (flow == GradientFlow.REPLACE) {
                    at.gradientBlock(input).clear();
                }
                gather.forEach(Call::run);
            }
        };
    }
}
