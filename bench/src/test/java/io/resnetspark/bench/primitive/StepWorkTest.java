package io.resnetspark.bench.primitive;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.bench.primitive.StepWork.Bound;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Step.Learning;
import io.resnetspark.model.program.Value;
import io.resnetspark.model.program.Window;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StepWorkTest {

    private static final int BATCH = 2;

    private final Value images = new Value(0, new ImageShape(1, 8, 8, 3));
    private final Value first = new Value(1, new ImageShape(1, 4, 4, 5));
    private final Value second = new Value(2, first.shape());
    private final Value sum = new Value(3, first.shape());
    private final Value mean = new Value(4, new ImageShape(1, 1, 1, 5));
    private final Value logits = new Value(5, new ImageShape(1, 1, 1, 2));
    private final Step.Convolution stem = convolution(images, new Window(3, 2, 1), 0, first);
    private final Step.Convolution branch = convolution(first, new Window(3, 1, 1), 135, second);
    private final Step.ResidualAdd add = new Step.ResidualAdd(second, first, Activation.RELU, sum);
    private final Step.Linear head =
            new Step.Linear(mean, new ParameterSlice(360, 10), new ParameterSlice(370, 2), Learning.TRAINED, logits);
    private final Program program =
            new Program(images, List.of(stem, branch, add, new Step.GlobalAverage(sum, mean), head), 372);
    private final MemoryPlan plan = MemoryPlan.training(program, Element.BFLOAT16);

    private static Step.Convolution convolution(Value input, Window window, int offset, Value output) {
        int weights = output.channels() * input.channels() * window.size() * window.size();
        return new Step.Convolution(
                input, window, new ParameterSlice(offset, weights), Optional.empty(), Learning.TRAINED, output);
    }

    @Test
    void aConvolutionMultipliesAndAddsInEachDirection() {
        double flops = 2.0 * BATCH * (4 * 4 * 5) * (3 * 3 * 5);

        // once forward; backward for its weight and for its input
        assertThat(StepWork.of(branch, plan, BATCH)).isEqualTo(new StepWork(Bound.ARITHMETIC, flops, 2 * flops));
    }

    @Test
    void imagesHaveNoGradient() {
        double flops = 2.0 * BATCH * (4 * 4 * 5) * (3 * 3 * 3);

        assertThat(StepWork.of(stem, plan, BATCH)).isEqualTo(new StepWork(Bound.ARITHMETIC, flops, flops));
    }

    @Test
    void aSumReadsTwoMapsOfTwoBytesAnElementAndWritesOne() {
        assertThat(StepWork.of(add, plan, BATCH).forward()).isEqualTo(3.0 * BATCH * (4 * 4 * 5) * 2);
    }
}
