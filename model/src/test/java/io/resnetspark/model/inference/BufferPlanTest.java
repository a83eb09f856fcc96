package io.resnetspark.model.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.kernel.BufferPlan;
import io.resnetspark.model.kernel.InferenceStep;
import io.resnetspark.model.kernel.InferenceStep.Convolve;
import io.resnetspark.model.kernel.InferenceStep.MaxPool;
import io.resnetspark.model.kernel.InferenceStep.Value;
import io.resnetspark.model.kernel.StraightNetwork;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Window;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BufferPlanTest {

    /** Plays the program with names instead of numbers: every read finds the value it asks for. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void noValueIsOverwrittenBeforeItsLastReader(Architecture architecture) {
        ResNetSpec spec = SmallNetworks.spec(architecture);
        StraightNetwork network = Folding.fold(spec, SmallNetworks.weights(spec, 1));
        BufferPlan plan = BufferPlan.of(network);
        Map<Integer, Value> contents = new HashMap<>(Map.of(plan.buffer(network.images()), network.images()));
        for (InferenceStep step : network.steps()) {
            int target = plan.buffer(step.writes());
            Optional<Value> addend = step instanceof Convolve convolve ? convolve.addend() : Optional.empty();
            for (Value value : step.reads()) {
                assertThat(contents.get(plan.buffer(value))).isEqualTo(value);
                if (addend.filter(value::equals).isEmpty()) {
                    assertThat(plan.buffer(value))
                            .as("input of a step that writes")
                            .isNotEqualTo(target);
                }
            }
            addend.ifPresent(value -> assertThat(plan.buffer(value)).isEqualTo(target));
            assertThat(plan.lengths().get(target))
                    .isGreaterThanOrEqualTo(step.writes().shape().length());
            contents.put(target, step.writes());
        }
        assertThat(contents.get(plan.buffer(network.logits()))).isEqualTo(network.logits());
    }

    /** A block needs its input or sum, what it reads and what it writes; and no sum or ReLU remains a step of its own. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void threeBuffersAreEnoughAndOnlyConvolutionsRemain(Architecture architecture) {
        ResNetSpec spec = SmallNetworks.spec(architecture);
        StraightNetwork network = Folding.fold(spec, SmallNetworks.weights(spec, 1));
        assertThat(BufferPlan.of(network).lengths()).hasSizeLessThanOrEqualTo(3);
        long others = network.steps().stream()
                .filter(step -> !(step instanceof Convolve))
                .count();
        assertThat(others).isLessThanOrEqualTo(3);
    }

    @Test
    void refusesASumInAValueThatIsStillNeeded() {
        ImageShape shape = new ImageShape(1, 4, 4, 1);
        Window pixel = new Window(1, 1, 0);
        Value images = new Value(0, shape);
        Value first = new Value(1, shape);
        Value sum = new Value(2, shape);
        float[] one = {1};
        Convolve convolution = new Convolve(images, pixel, one, one, Optional.empty(), Activation.RELU, first);
        Convolve addition = new Convolve(images, pixel, one, one, Optional.of(first), Activation.RELU, sum);
        MaxPool late = new MaxPool(first, pixel, new Value(3, shape));
        StraightNetwork network = new StraightNetwork(images, List.of(convolution, addition, late));
        assertThatThrownBy(() -> BufferPlan.of(network)).hasMessageContaining("addend");
        assertThatThrownBy(() -> new StraightNetwork(images, List.of(late, convolution)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
