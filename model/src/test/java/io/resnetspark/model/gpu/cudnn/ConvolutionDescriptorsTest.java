package io.resnetspark.model.gpu.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.gpu.device.ConvolutionShape;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Window;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cuDNN says without a device about the convolutions we describe to it. */
class ConvolutionDescriptorsTest {

    @BeforeEach
    void needsCudnn() {
        try {
            Loader.load(cudnn.class);
        } catch (LinkageError e) {
            assumeTrue(false, "cuDNN is not installed: " + e.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "FP32, 3, 64, 7, 2, 3, 224",
        "TF32, 64, 64, 3, 1, 1, 56",
        "TF32, 64, 128, 1, 2, 0, 56",
        "BF16, 64, 128, 3, 2, 1, 57",
    })
    void agreesAboutTheOutput(
            TrainingPrecision precision, int inputs, int outputs, int size, int stride, int padding, int pixels) {
        ImageShape shape = new ImageShape(5, pixels, pixels + 2, inputs);
        Window window = new Window(size, stride, padding);
        try (ConvolutionDescriptors descriptors =
                new ConvolutionDescriptors(new ConvolutionShape(precision, shape, outputs, window))) {
            assertThat(descriptors.outputShape()).isEqualTo(shape.through(window, outputs));
        }
    }

    @Test
    void failuresNameTheCallAndTheReason() {
        assertThatThrownBy(() -> CudaStatus.cudnn(cudnn.CUDNN_STATUS_BAD_PARAM, "cudnnCreate"))
                .hasMessageContaining("cudnnCreate")
                .hasMessageContaining("CUDNN_STATUS_BAD_PARAM");
        try {
            Loader.load(cublas.class);
        } catch (LinkageError e) {
            assumeTrue(false, "cuBLAS is not installed: " + e.getMessage());
        }
        assertThatThrownBy(() -> CudaStatus.cublas(cublas.CUBLAS_STATUS_ALLOC_FAILED, "cublasCreate"))
                .hasMessageContaining("cublasCreate")
                .hasMessageContaining("CUBLAS_STATUS_ALLOC_FAILED");
    }

    @Test
    void theVersionIsOneWeAccept() {
        int version = Math.toIntExact(cudnn.cudnnGetVersion());
        assertThat(CudnnRequirements.problems(new CudnnRequirements.Versions(13000, 13000, version)))
                .isEmpty();
    }
}
