package io.resnetspark.model.gpu.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.gpu.cudnn.EmulatedDevice;
import io.resnetspark.model.gpu.cudnn.EmulatedDevice.Proposal;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Window;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AlgorithmSearchTest {

    private static final ConvolutionShape SHAPE = shape(6, TrainingPrecision.FP32);
    private static final EnumSet<Direction> ALL = EnumSet.allOf(Direction.class);

    private static ConvolutionShape shape(int batch, TrainingPrecision precision) {
        return new ConvolutionShape(precision, new ImageShape(batch, 4, 5, 3), 2, new Window(3, 1, 1));
    }

    private static Proposal works(int number, double seconds) {
        return new Proposal(number, true, 100, true, false, seconds);
    }

    private static Proposal refused(int number) {
        return new Proposal(number, true, 100, true, true, 0);
    }

    private static int chosen(EmulatedDevice device, ConvolutionShape shape, Direction direction) {
        try (TunedConvolution convolution = device.algorithms().convolution(shape, ALL)) {
            return convolution.ranked().get(direction).get(0).number();
        }
    }

    private static int chosen(Proposal... proposals) {
        EmulatedDevice device = EmulatedDevice.open().proposing(proposals);
        int chosen = chosen(device, SHAPE, Direction.FORWARD);
        assertThat(device.pieces()).isZero();
        return chosen;
    }

    @Test
    void theFastestWins() {
        assertThat(chosen(works(1, 3), works(2, 1), works(3, 2))).isEqualTo(2);
    }

    @Test
    void chanceDoesNotChooseAmongEquals() {
        assertThat(chosen(works(1, 1.04), works(2, 1), works(3, 2))).isEqualTo(1);
    }

    @Test
    void whatIsRefusedIsPassedOver() {
        assertThat(chosen(refused(1), works(2, 2), refused(3))).isEqualTo(2);
        assertThatThrownBy(() -> chosen(refused(1), refused(2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("forward pass")
                .hasMessageContaining("Algorithm 1 is not supported")
                .hasMessageContaining("Algorithm 2 is not supported");
    }

    @Test
    void repeatableOnesComeFirst() {
        Proposal fast = new Proposal(1, false, 100, true, false, 0.1);
        assertThat(chosen(fast, works(2, 5))).isEqualTo(2);
        assertThat(chosen(fast, refused(2))).isEqualTo(1);
    }

    /** One that wants more than a quarter of what is free is not asked. */
    @Test
    void workspacesAreBounded() {
        EmulatedDevice device =
                EmulatedDevice.open(1 << 20).proposing(new Proposal(1, true, 1 << 19, true, false, 0.1), works(2, 1));
        assertThat(chosen(device, SHAPE, Direction.FORWARD)).isEqualTo(2);
        assertThat(device.runs()).containsOnlyKeys(2);
    }

    /** Weights' gradients are sums over a batch: floats where they can be had. */
    @Test
    void exactWeightGradientsComeFirst() {
        ConvolutionShape mixed = shape(6, TrainingPrecision.BF16);
        Proposal rounding = new Proposal(1, true, 100, false, false, 0.1);
        EmulatedDevice device = EmulatedDevice.open().proposing(rounding, works(2, 5));
        assertThat(chosen(device, mixed, Direction.WEIGHT_GRADIENT)).isEqualTo(2);
        assertThat(chosen(device, mixed, Direction.FORWARD)).isEqualTo(1);
        EmulatedDevice other = EmulatedDevice.open().proposing(rounding, refused(2));
        assertThat(chosen(other, mixed, Direction.WEIGHT_GRADIENT)).isEqualTo(1);
    }

    @Test
    void eachShapeIsTriedOnce() {
        EmulatedDevice device = EmulatedDevice.open().proposing(works(1, 1), works(2, 2));
        chosen(device, SHAPE, Direction.FORWARD);
        Map<Integer, Integer> runs = Map.copyOf(device.runs());
        assertThat(runs.get(2)).isPositive();
        chosen(device, SHAPE, Direction.FORWARD);
        assertThat(device.runs()).isEqualTo(runs);
        chosen(device, shape(7, TrainingPrecision.FP32), Direction.FORWARD);
        assertThat(device.runs()).isNotEqualTo(runs);
    }

    @Test
    void aSmallerBatchTakesTheLargerOnesChoice() {
        EmulatedDevice device = EmulatedDevice.open().proposing(works(1, 3), works(2, 1));
        try (TunedConvolution larger = device.algorithms().convolution(SHAPE, ALL)) {
            Map<Integer, Integer> runs = Map.copyOf(device.runs());
            try (TunedConvolution smaller = device.algorithms().smaller(shape(5, TrainingPrecision.FP32), larger)) {
                assertThat(smaller.ranked().get(Direction.INPUT_GRADIENT).get(0).number())
                        .isEqualTo(2);
                assertThat(smaller.workspaceBytes()).isLessThanOrEqualTo(larger.workspaceBytes());
            }
            assertThat(device.runs()).isEqualTo(runs);
        }
        assertThat(device.pieces()).isZero();
    }

    /** What worked in the trial may be refused later, for example where it is to add to what is there. */
    @Test
    void theNextTakesItsPlaceInTheMiddleOfATraining() {
        EmulatedDevice device = EmulatedDevice.open().proposing(works(1, 1), works(2, 2));
        try (TunedConvolution convolution = device.algorithms().convolution(SHAPE, ALL);
                DeviceMemory memory = new DeviceMemory(
                        device, SHAPE.inputBytes() + SHAPE.outputBytes() + SHAPE.weightLength() * Float.BYTES)) {
            long output = memory.address() + SHAPE.inputBytes();
            long weight = output + SHAPE.outputBytes();
            device.proposing(refused(1), works(2, 2));
            int before = device.runs().get(2);
            for (int i = 0; i < 2; i++) {
                convolution.forward(memory.address(), weight, output, 0, Accumulate.ADD);
            }
            assertThat(device.runs()).containsEntry(2, before + 2);
            device.proposing(refused(1), refused(2));
            assertThatThrownBy(() -> convolution.forward(memory.address(), weight, output, 0, Accumulate.ADD))
                    .hasMessageContaining("no algorithm left");
        }
    }

    @Test
    void theFirstThatWorksCanBeAskedFor() {
        EmulatedDevice device = EmulatedDevice.open().proposing(refused(1), works(2, 5), works(3, 1));
        AlgorithmSearch search = new AlgorithmSearch(device, AlgorithmSearch.Choice.PROPOSED);
        try (TunedConvolution convolution = search.convolution(SHAPE, ALL)) {
            assertThat(convolution.ranked().get(Direction.FORWARD))
                    .extracting(Algorithm::number)
                    .isEqualTo(List.of(2, 3));
        }
    }
}
