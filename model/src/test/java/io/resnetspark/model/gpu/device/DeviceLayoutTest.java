package io.resnetspark.model.gpu.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.Programs;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeviceLayoutTest {

    private static final Program RESNET_50 = Programs.training(Architecture.RESNET50.spec());

    private static DeviceLayout training(Program program, int batch, Element maps) {
        return new DeviceLayout(program, MemoryPlan.training(program, maps), batch, maps, 3000, 1000);
    }

    @ParameterizedTest
    @EnumSource(
            value = Architecture.class,
            names = {"MYRESNET", "RESNET18", "RESNET50", "CIFAR_RESNET20", "CIFAR_PLAIN20"})
    void nothingOverlaps(Architecture architecture) {
        Program program = Programs.training(SmallNetworks.spec(architecture));
        for (Element maps : List.of(Element.FLOAT, Element.BFLOAT16)) {
            MemoryPlan plan = MemoryPlan.training(program, maps);
            DeviceLayout layout = new DeviceLayout(program, plan, 3, maps, 3000, 1000);
            Map<Long, Long> buffers = new HashMap<>();
            List<Value> values = new ArrayList<>(List.of(program.images()));
            program.steps().forEach(step -> values.add(step.output()));
            for (Value value : values) {
                long bytes = layout.batched(value).length() * plan.type(value).bytes();
                buffers.merge(layout.value(value), bytes, Math::max);
            }
            for (Step step : program.steps()) {
                Value value = step.output();
                long bytes = layout.batched(value).length() * plan.type(value).bytes();
                buffers.merge(layout.gradient(value), bytes, Math::max);
            }
            List<long[]> pieces = new ArrayList<>();
            buffers.forEach((offset, bytes) -> pieces.add(new long[] {offset, bytes}));
            for (Step step : program.steps()) {
                if (step instanceof Step.BatchNorm norm) {
                    pieces.add(new long[] {layout.extra(step), 2L * norm.scale().length() * Float.BYTES});
                } else if (step instanceof Step.MaxPool) {
                    pieces.add(new long[] {
                        layout.extra(step), layout.batched(step.output()).length()
                    });
                }
            }
            pieces.add(new long[] {layout.labels(), 3L * program.classes() * Float.BYTES});
            pieces.add(new long[] {layout.totals(), 16});
            pieces.add(new long[] {layout.packedGradients(), 3000L * Float.BYTES});
            pieces.add(new long[] {layout.workspace(), 1000});
            pieces.sort(Comparator.comparingLong(piece -> piece[0]));
            for (int i = 0; i < pieces.size(); i++) {
                long end = pieces.get(i)[0] + pieces.get(i)[1];
                assertThat(end).isLessThanOrEqualTo(i + 1 < pieces.size() ? pieces.get(i + 1)[0] : layout.bytes());
                assertThat(pieces.get(i)[0] % 256).isZero();
            }
        }
    }

    /** What a GPU of 80 GB is to hold: ResNet-50, 256 images. */
    @Test
    void memoryGrowsWithTheBatchAndHalvesWithTheType() {
        long single = training(RESNET_50, 256, Element.FLOAT).bytes();
        long mixed = training(RESNET_50, 256, Element.BFLOAT16).bytes();
        long half = training(RESNET_50, 128, Element.FLOAT).bytes();
        assertThat(single).isBetween(20L << 30, 40L << 30);
        assertThat(mixed).isLessThan(single * 55 / 100);
        assertThat(half).isBetween(single / 2, single * 52 / 100);
    }

    @Test
    void saysHowManyImagesWouldFit() {
        DeviceLayout layout = training(RESNET_50, 256, Element.FLOAT);
        layout.requireFits(layout.bytes());
        assertThatThrownBy(() -> layout.requireFits(layout.bytes() / 2))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("256 images")
                .hasMessageContaining("batch-size to about 128")
                .hasMessageContaining("bf16");
    }

    @Test
    void refusesMapsThatNoIndexReaches() {
        assertThatThrownBy(() -> training(RESNET_50, 4096, Element.FLOAT))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("lower batch-size");
    }
}
