package io.resnetspark.model.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NvidiaSmiTest {

    @Test
    void everyLineIsADevice() {
        DriverStatus answer = NvidiaSmi.read(
                List.of("0, GPU-aa, Tesla T4, 7.5", "1, GPU-bb, NVIDIA A100, PCIe, 8.0", "2, GPU-cc, Tesla K40, [N/A]"),
                true);
        assertThat(answer)
                .isEqualTo(new DriverStatus.Devices(List.of(
                        new NvidiaGpu(0, "GPU-aa", "Tesla T4", 7, 5),
                        new NvidiaGpu(1, "GPU-bb", "NVIDIA A100, PCIe", 8, 0),
                        new NvidiaGpu(2, "GPU-cc", "Tesla K40", -1, 0))));
        assertThat(answer).hasToString("GPU 0, Tesla T4 (7.5); GPU 1, NVIDIA A100, PCIe (8.0); GPU 2, Tesla K40");
    }

    @Test
    void aDriverWithoutDevicesIsNoBrokenDriver() {
        assertThat(NvidiaSmi.read(List.of("No devices were found"), false))
                .isEqualTo(new DriverStatus.Devices(List.of()));
    }

    @Test
    void aBrokenDriverIsQuoted() {
        String said = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.";
        assertThat(NvidiaSmi.read(List.of(said), false)).isEqualTo(new DriverStatus.Failure(said));
        assertThat(NvidiaSmi.read(List.of("something else"), true))
                .isEqualTo(new DriverStatus.Failure("something else"));
        assertThat(NvidiaSmi.read(List.of(), false)).isEqualTo(new DriverStatus.Failure("nothing"));
    }

    @Test
    void theProgramIsAsked(@TempDir Path directory) throws Exception {
        Path program = Files.createFile(
                directory.resolve("nvidia-smi"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(program, "#!/bin/sh\necho \"0, GPU-aa, asked for $1, 8.6\"\n");
        assertThat(new NvidiaSmi(program.toString()).query())
                .isEqualTo(new DriverStatus.Devices(List.of(
                        new NvidiaGpu(0, "GPU-aa", "asked for --query-gpu=index,uuid,name,compute_cap", 8, 6))));
        assertThat(new NvidiaSmi(directory.resolve("none").toString()).query()).isEqualTo(new DriverStatus.NoDriver());
    }
}
