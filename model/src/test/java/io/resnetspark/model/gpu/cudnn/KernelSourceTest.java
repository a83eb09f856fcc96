package io.resnetspark.model.gpu.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.program.Element;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CUDA's compilers accept the kernels, for the oldest and for newer devices; neither needs a device. */
class KernelSourceTest {

    @ParameterizedTest
    @CsvSource({"FLOAT, sm_75", "FLOAT, sm_90", "FLOAT, sm_100", "BFLOAT16, sm_80", "BFLOAT16, sm_90"})
    void nvrtcCompiles(Element maps, String architecture) {
        try {
            Loader.load(nvrtc.class);
        } catch (LinkageError e) {
            assumeTrue(false, "NVRTC is not installed: " + e.getMessage());
        }
        byte[] code = KernelSource.compile(maps, architecture);
        assertThat(code).startsWith(0x7f, 'E', 'L', 'F');
    }

    @ParameterizedTest
    @CsvSource({"FLOAT, sm_75", "FLOAT, sm_90", "BFLOAT16, sm_80", "BFLOAT16, sm_90"})
    void nvccCompiles(Element maps, String architecture, @TempDir Path folder) throws Exception {
        Path source = Files.writeString(folder.resolve(KernelSource.NAME), KernelSource.text());
        List<String> command = new ArrayList<>(
                List.of("nvcc", "--cubin", "-o", folder.resolve("out.cubin").toString()));
        command.addAll(KernelSource.options(maps, architecture));
        command.add(source.toString());
        Process compiler;
        try {
            compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "nvcc is not installed");
            return;
        }
        String output = new String(compiler.getInputStream().readAllBytes());
        assertThat(compiler.waitFor()).as(output).isZero();
        assertThat(output).isEmpty();
    }
}
