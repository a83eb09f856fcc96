package io.resnetspark.model.gpu.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.gpu.cudnn.CudnnRequirements.Chip;
import io.resnetspark.model.gpu.cudnn.CudnnRequirements.Versions;
import io.resnetspark.model.program.TrainingPrecision;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudnn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudnnRequirementsTest {

    private static final Chip H200 = new Chip("NVIDIA H200", 90);
    private static final Chip T4 = new Chip("Tesla T4", 75);
    private static final Chip V100 = new Chip("Tesla V100", 70);

    @ParameterizedTest
    @CsvSource({
        "libcuda.so.1: cannot open shared object file, NVIDIA driver",
        "libcudart.so.13: cannot open shared object file, nvidia-cuda-runtime",
        "libcublasLt.so.13: cannot open shared object file, nvidia-cublas",
        "libnvrtc.so.13: cannot open shared object file, nvidia-cuda-nvrtc",
        "libcudnn.so.9: cannot open shared object file, nvidia-cudnn-cu13",
        "no jnicudart in java.library.path, without its native part",
    })
    void saysWhatToInstall(String message, String advice) {
        assertThat(CudnnRequirements.missing("cudart", message))
                .contains(message)
                .contains(advice);
    }

    @Test
    void acceptsCurrentSystems() {
        assertThat(CudnnRequirements.problems(new Versions(13000, 13000, 91300)))
                .isEmpty();
        assertThat(CudnnRequirements.problems(7, 8)).isEmpty();
        assertThat(CudnnRequirements.problems(H200)).isEmpty();
        assertThat(CudnnRequirements.problems(T4)).isEmpty();
    }

    @Test
    void saysWhatIsTooOld() {
        assertThat(CudnnRequirements.problems(new Versions(12040, 13000, 80907)))
                .hasSize(2)
                .anyMatch(problem -> problem.contains("CUDA up to 12.4"))
                .anyMatch(problem -> problem.contains("cuDNN 8 is installed"));
        assertThat(CudnnRequirements.problems(V100)).singleElement().asString().contains("-Pcuda");
    }

    @Test
    void saysWhichDevicesThereAre() {
        assertThat(CudnnRequirements.problems(0, 0)).singleElement().asString().contains("no GPU is visible");
        assertThat(CudnnRequirements.problems(2, 2)).singleElement().asString().contains("from 0 to 1");
        assertThat(CudnnRequirements.problems(-1, 2)).hasSize(1);
    }

    @Test
    void describesItself() {
        assertThat(new Versions(13010, 13000, 91901).text()).isEqualTo("cuDNN 9.19.1, CUDA 13.0");
        assertThat(H200.architecture()).isEqualTo("sm_90");
        assertThat(new Chip("", 121).dottedCapability()).isEqualTo("12.1");
    }

    @Test
    void bfloat16NeedsItsInstructions() {
        assertThat(CudnnRequirements.has(T4, TrainingPrecision.BF16)).isFalse();
        assertThat(CudnnRequirements.has(T4, TrainingPrecision.TF32)).isTrue();
        assertThat(CudnnRequirements.has(H200, TrainingPrecision.BF16)).isTrue();
    }

    /** Single precision is never TF32, and floats never become half precision on the way. */
    @Test
    void precisionsDecideTheArithmetic() {
        assertThat(Arithmetic.ofConvolutions(TrainingPrecision.FP32)).isEqualTo(cudnn.CUDNN_FMA_MATH);
        assertThat(Arithmetic.allows(TrainingPrecision.FP32, cudnn.CUDNN_FMA_MATH))
                .isTrue();
        assertThat(Arithmetic.allows(TrainingPrecision.FP32, cudnn.CUDNN_DEFAULT_MATH))
                .isFalse();
        assertThat(Arithmetic.allows(TrainingPrecision.FP32, cudnn.CUDNN_TENSOR_OP_MATH))
                .isFalse();
        assertThat(Arithmetic.ofProducts(TrainingPrecision.FP32)).isEqualTo(cublas.CUBLAS_PEDANTIC_MATH);
        for (TrainingPrecision precision : TrainingPrecision.values()) {
            assertThat(Arithmetic.allows(precision, Arithmetic.ofConvolutions(precision)))
                    .isTrue();
            assertThat(Arithmetic.allows(precision, cudnn.CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION))
                    .isFalse();
        }
    }
}
