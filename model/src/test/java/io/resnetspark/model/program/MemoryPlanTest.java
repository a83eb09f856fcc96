package io.resnetspark.model.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.program.MemoryPlan.GradientFlow;
import io.resnetspark.model.program.Step.Convolution;
import io.resnetspark.model.program.Step.GlobalAverage;
import io.resnetspark.model.program.Step.Learning;
import io.resnetspark.model.program.Step.Linear;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Plays programs with names instead of numbers: every read finds what it asks for. */
class MemoryPlanTest {

    private static final Program RESNET_50 = Programs.training(Architecture.RESNET50.spec());

    /** What a buffer can hold. */
    private record Gradient(Value of) {}

    private static Map<Integer, Object> afterForward(Program program, MemoryPlan plan) {
        Map<Integer, Object> contents = new HashMap<>(Map.of(plan.buffer(program.images()), program.images()));
        for (Step step : program.steps()) {
            int target = plan.buffer(step.output());
            Optional<Value> addend = step instanceof Convolution convolution ? convolution.addend() : Optional.empty();
            for (Value value : step.inputs()) {
                assertThat(contents.get(plan.buffer(value))).isEqualTo(value);
                if (addend.filter(value::equals).isEmpty()) {
                    assertThat(plan.buffer(value))
                            .as("input of a step that writes")
                            .isNotEqualTo(target);
                }
            }
            addend.ifPresent(value -> assertThat(plan.buffer(value)).isEqualTo(target));
            assertLongEnough(plan, target, step.output());
            contents.put(target, step.output());
        }
        assertThat(contents.get(plan.buffer(program.logits()))).isEqualTo(program.logits());
        return contents;
    }

    private static void assertLongEnough(MemoryPlan plan, int buffer, Value value) {
        assertThat(plan.lengths().get(buffer))
                .isGreaterThanOrEqualTo(
                        value.shape().length() * plan.type(value).bytes());
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void inferenceOverwritesNoValueBeforeItsLastReader(Architecture architecture) {
        Program program = Programs.folded(SmallNetworks.spec(architecture));
        afterForward(program, MemoryPlan.inference(program, Element.FLOAT));
    }

    /** A block needs its input or sum, what it reads and what it writes; and no sum or ReLU remains a step of its own. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void threeBuffersAreEnoughAndOnlyConvolutionsRemain(Architecture architecture) {
        Program program = Programs.folded(SmallNetworks.spec(architecture));
        assertThat(MemoryPlan.inference(program, Element.FLOAT).lengths()).hasSizeLessThanOrEqualTo(3);
        long others = program.steps().stream()
                .filter(step -> !(step instanceof Convolution))
                .count();
        assertThat(others).isLessThanOrEqualTo(3);
    }

    /** What the backward pass reads again is still there, and a gradient until the step that wrote its value has read it. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void trainingOverwritesNothingThatIsStillRead(Architecture architecture) {
        for (Element maps : Element.values()) {
            play(Programs.training(SmallNetworks.spec(architecture)), maps);
            play(
                    Programs.training(
                            SmallNetworks.spec(architecture),
                            vertex -> vertex.startsWith("conv1") || vertex.startsWith("bn1") || vertex.contains("1.0")),
                    maps);
        }
    }

    private static void play(Program program, Element maps) {
        MemoryPlan plan = MemoryPlan.training(program, maps);
        Map<Integer, Object> contents = afterForward(program, plan);
        int loss = plan.gradientBuffer(program.logits());
        assertThat(loss).isNotEqualTo(plan.buffer(program.logits()));
        contents.put(loss, new Gradient(program.logits()));
        for (int i = program.steps().size() - 1; i >= 0; i--) {
            Step step = program.steps().get(i);
            if (!plan.hasBackward(step)) {
                continue;
            }
            int own = plan.gradientBuffer(step.output());
            assertThat(contents.get(own)).as("gradient that %s reads", step).isEqualTo(new Gradient(step.output()));
            for (int position = 0; position < step.inputs().size(); position++) {
                Value value = step.inputs().get(position);
                GradientFlow flow = plan.flow(step, position);
                if (flow == GradientFlow.REPLACE) {
                    assertThat(plan.gradientBuffer(value)).isNotEqualTo(own);
                    assertLongEnough(plan, plan.gradientBuffer(value), value);
                    contents.put(plan.gradientBuffer(value), new Gradient(value));
                } else if (flow == GradientFlow.ADD) {
                    assertThat(contents.get(plan.gradientBuffer(value))).isEqualTo(new Gradient(value));
                } else if (flow == GradientFlow.SHARED) {
                    assertThat(plan.gradientBuffer(value)).isEqualTo(own);
                }
            }
            for (Value saved : step.saved()) {
                assertThat(contents.get(plan.buffer(saved)))
                        .as("value that the backward pass of %s reads", step)
                        .isEqualTo(saved);
            }
            for (int position = 0; position < step.inputs().size(); position++) {
                if (plan.flow(step, position) == GradientFlow.SHARED) {
                    contents.put(own, new Gradient(step.inputs().get(position)));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void onlyTheImagesOfATrainedNetworkHaveNoGradient(Architecture architecture) {
        Program program = Programs.training(SmallNetworks.spec(architecture));
        MemoryPlan plan = MemoryPlan.training(program, Element.FLOAT);
        for (Step step : program.steps()) {
            assertThat(plan.hasBackward(step)).isTrue();
            for (int position = 0; position < step.inputs().size(); position++) {
                assertThat(plan.flow(step, position) == GradientFlow.NONE)
                        .isEqualTo(step.inputs().get(position).equals(program.images()));
            }
        }
    }

    @Test
    void nothingBelowTheLowestTrainedLayerHasAGradient() {
        Program program =
                Programs.training(Architecture.CIFAR_RESNET20.spec(), vertex -> !vertex.equals(ResNet.LOGITS));
        MemoryPlan plan = MemoryPlan.training(program, Element.FLOAT);
        Step head = program.steps().get(program.steps().size() - 1);
        assertThat(program.steps().stream().filter(plan::hasBackward)).containsExactly(head);
        assertThat(plan.flow(head, 0)).isEqualTo(GradientFlow.NONE);
        assertThat(plan.lengths()).as("buffers of frozen layers are used again").hasSizeLessThan(8);
    }

    /** The memory of values that have been read for the last time is enough for nearly all gradients. */
    @Test
    void gradientsTakeLittleMemoryOfTheirOwn() {
        long values = RESNET_50.images().shape().length();
        for (Step step : RESNET_50.steps()) {
            values += step.output().shape().length();
        }
        assertThat(MemoryPlan.training(RESNET_50, Element.FLOAT).bytesPerImage())
                .isLessThan(values * Float.BYTES * 105 / 100);
    }

    @Test
    void refusesASumInAValueThatIsStillNeeded() {
        ImageShape shape = new ImageShape(1, 4, 4, 1);
        ImageShape vector = new ImageShape(1, 1, 1, 1);
        Value images = new Value(0, shape);
        Value first = new Value(1, shape);
        Value sum = new Value(2, shape);
        Value features = new Value(3, vector);
        ParameterSlice one = new ParameterSlice(0, 1);
        Step convolution = new Convolution(images, new Window(1, 1, 0), one, Optional.of(one), Learning.FROZEN, first);
        Step addition = new Convolution(
                images,
                new Window(1, 1, 0),
                one,
                Optional.of(one),
                Learning.FROZEN,
                Optional.of(first),
                Activation.RELU,
                sum);
        Step late = new GlobalAverage(first, features);
        Step head = new Linear(features, one, one, Learning.FROZEN, new Value(4, vector));
        Program program = new Program(images, List.of(convolution, addition, late, head), 1);
        assertThatThrownBy(() -> MemoryPlan.inference(program, Element.FLOAT)).hasMessageContaining("addend");
        assertThatThrownBy(() -> MemoryPlan.training(program, Element.FLOAT)).hasMessageContaining("folded");
        assertThatThrownBy(() -> new Program(images, List.of(late, convolution, head), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not there");
        assertThatThrownBy(() -> new Program(images, List.of(convolution), 1)).hasMessageContaining("fully connected");
    }
}
