package io.resnetspark.pipeline.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SystemMetricsTest {

    @Test
    void shortWorkHasASampleToo() {
        SystemMetrics metrics = new SystemMetrics();
        metrics.close();
        assertThat(metrics.take())
                .extracting(MlflowRun.Measurement::key)
                .contains(
                        "system/system_memory_usage_megabytes",
                        "system/system_memory_usage_percentage",
                        "system/disk_usage_percentage",
                        "system/disk_available_megabytes",
                        "system/network_receive_megabytes",
                        "system/network_transmit_megabytes");
        assertThat(metrics.take()).isEmpty();
    }

    @Test
    void gpusAreToldApartAndWhatIsNotMeasuredIsLeftOut() {
        assertThat(GpuMetrics.parse("0, 35, 1000, 8000, 120.55\n1, 0, 2, 8000, [N/A]\n"))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "gpu_0_utilization_percentage", 35.0,
                        "gpu_0_memory_usage_megabytes", 1048.576,
                        "gpu_0_memory_usage_percentage", 12.5,
                        "gpu_0_power_usage_watts", 120.55,
                        "gpu_1_utilization_percentage", 0.0,
                        "gpu_1_memory_usage_megabytes", 2 * 1.048576,
                        "gpu_1_memory_usage_percentage", 0.025));
        assertThat(GpuMetrics.parse("No devices were found\n")).isEmpty();
    }
}
