package io.resnetspark.bench.resources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.program.TrainingPrecision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryTest {

    @Test
    void readsLinuxStatus() {
        List<String> status = List.of("Name:\tjava", "VmHWM:\t  2048 kB", "VmRSS:\t  1024 kB");
        assertThat(ProcessMemory.parse(status)).isEqualTo(new ProcessMemory(1024 * 1024, 2048 * 1024));
    }

    /** What warms up first does not count as growth. */
    @Test
    void growthIsTheSlopeOfTheSecondHalf() {
        List<MemorySample> samples = new ArrayList<>();
        for (int step = 1; step <= 100; step++) {
            samples.add(new MemorySample(step, step < 50 ? 1000L * step : 50_000 + 7L * step));
        }
        assertThat(MemoryResult.growth(samples)).isCloseTo(7000, within(1e-6));
    }

    /** Everything but the images themselves grows or not with the batch as it should. */
    @Test
    void mapsGrowWithTheBatchAndParametersDoNot() {
        MemoryNeed one = MemoryNeed.of(Architecture.RESNET18.spec(), 1, TrainingPrecision.BF16);
        MemoryNeed many = MemoryNeed.of(Architecture.RESNET18.spec(), 16, TrainingPrecision.BF16);
        assertThat(many.maps()).isEqualTo(16 * one.maps());
        assertThat(many.parameters()).isEqualTo(one.parameters()).isEqualTo(12L * (11_689_512 + 2 * 4800));
    }
}
