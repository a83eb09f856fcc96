package io.resnetspark.jobs.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code conf/spark/gpu-discovery.sh} with a stand-in for nvidia-smi. */
class GpuDiscoveryTest {

    @TempDir
    Path directory;

    private record Ended(int exitCode, String output, String errors) {}

    private Ended discover(String nvidiaSmi, Map<String, String> environment) throws Exception {
        Path program = directory.resolve("nvidia-smi");
        Files.deleteIfExists(program);
        if (!nvidiaSmi.isEmpty()) {
            Files.createFile(
                    program, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.writeString(program, "#!/bin/sh\n" + nvidiaSmi + "\n");
        }
        ProcessBuilder builder = new ProcessBuilder(Path.of("..", "conf", "spark", "gpu-discovery.sh")
                .toAbsolutePath()
                .toString());
        builder.environment().merge("PATH", directory.toString(), (path, first) -> first + ":" + path);
        builder.environment().remove("CUDA_VISIBLE_DEVICES");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = read(process.getInputStream());
        String errors = read(process.getErrorStream());
        return new Ended(process.waitFor(), output, errors);
    }

    private static String read(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    private static String[] addresses(Ended ended) {
        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        ResourceInformation found = ResourceInformation.parseJson(ended.output());
        assertThat(found.name()).isEqualTo("gpu");
        return found.addresses();
    }

    @Test
    void sparkReadsWhatTheDriverLists() throws Exception {
        assertThat(addresses(discover("echo 0; echo 1", Map.of()))).containsExactly("0", "1");
    }

    @Test
    void onlyVisibleGpusAreGivenOut() throws Exception {
        assertThat(addresses(discover("echo 0; echo 1; echo 2", Map.of("CUDA_VISIBLE_DEVICES", "2, GPU-aa"))))
                .containsExactly("2", "GPU-aa");
    }

    @Test
    void withoutGpusItSaysWhyAndFails() throws Exception {
        assertThat(discover("echo 'No devices were found'", Map.of())).satisfies(ended -> {
            assertThat(ended.exitCode()).isEqualTo(1);
            assertThat(ended.errors()).contains("lists no GPU");
        });
        assertThat(discover("echo 'driver/library version mismatch'; exit 18", Map.of()))
                .satisfies(ended -> {
                    assertThat(ended.exitCode()).isEqualTo(1);
                    assertThat(ended.errors()).contains("nvidia-smi says: driver/library version mismatch");
                });
        assertThat(discover("echo 0", Map.of("CUDA_VISIBLE_DEVICES", ""))).satisfies(ended -> {
            assertThat(ended.exitCode()).isEqualTo(1);
            assertThat(ended.errors()).contains("hides all GPUs");
        });
    }
}
