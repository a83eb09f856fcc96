package io.resnetspark.model.gpu.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.Kernels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;

/** CUDA is used where it is asked for and nowhere else, and never replaced in silence. */
class CudnnChoiceTest {

    /** Says what it computes with. */
    public static final class Main {
        public static void main(String[] arguments) {
            System.out.println("computes with " + Kernels.ofThisProcess().description());
        }
    }

    private static String output(String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        return output;
    }

    private static void requireNoGpu() {
        try (IntPointer devices = new IntPointer(1)) {
            Loader.load(cudart.class);
            boolean found = cudart.cudaGetDeviceCount(devices) == cudart.cudaSuccess && devices.get() > 0;
            assumeTrue(!found, "This machine has a GPU");
        } catch (LinkageError e) {
            // CUDA is not even installed, as on most machines
        }
    }

    @Test
    void saysWhatIsMissing() {
        requireNoGpu();
        assertThatThrownBy(Kernels::cudnn)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("resnet.kernels is \"cudnn\"")
                .hasMessageMatching("(?s).*(does not load|finds no GPU|no GPU is visible).*");
    }

    @Test
    void aProcessAskedForItNeverFallsBack() throws Exception {
        requireNoGpu();
        assertThat(output("-Dresnet.kernels=cudnn"))
                .contains("ConfigurationException")
                .contains("resnet.kernels is \"cudnn\"")
                .doesNotContain("computes with");
    }

    @Test
    void aProcessNotAskedForItLoadsNothingOfIt() throws Exception {
        assertThat(output("-Xlog:class+load"))
                .contains("computes with")
                .contains("io.resnetspark.model.kernel.KernelChoice")
                .doesNotContain("org.bytedeco.cuda")
                .doesNotContain("CudaDevice");
    }
}
