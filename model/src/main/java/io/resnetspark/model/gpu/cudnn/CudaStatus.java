package io.resnetspark.model.gpu.cudnn;

import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.BytePointer;

/** Turns status codes into exceptions that say which call failed and why. */
final class CudaStatus {

    private CudaStatus() {}

    /** Of CUDA's runtime. */
    static void runtime(int status, String call) {
        if (status != cudart.cudaSuccess) {
            throw failure(
                    call,
                    cudart.cudaGetErrorName(status).getString(),
                    cudart.cudaGetErrorString(status).getString());
        }
    }

    /** Of CUDA's driver. */
    static void driver(int status, String call) {
        if (status != cudart.CUDA_SUCCESS) {
            try (BytePointer name = new BytePointer((org.bytedeco.javacpp.Pointer) null);
                    BytePointer text = new BytePointer((org.bytedeco.javacpp.Pointer) null)) {
                cudart.cuGetErrorName(status, name);
                cudart.cuGetErrorString(status, text);
                throw failure(
                        call,
                        name.isNull() ? "error " + status : name.getString(),
                        text.isNull() ? "unknown" : text.getString());
            }
        }
    }

    static void cudnn(int status, String call) {
        if (status != cudnn.CUDNN_STATUS_SUCCESS) {
            // cuDNN 9 could say more, but the presets of CUDA 11, which the profile cuda compiles with, do not know how
            throw failure(
                    call,
                    cudnn.cudnnGetErrorString(status).getString(),
                    "CUDNN_LOGLEVEL_DBG=1 and CUDNN_LOGDEST_DBG=stderr in the environment let cuDNN say more");
        }
    }

    static void cublas(int status, String call) {
        if (status != cublas.CUBLAS_STATUS_SUCCESS) {
            throw failure(
                    call,
                    cublas.cublasGetStatusName(status).getString(),
                    cublas.cublasGetStatusString(status).getString());
        }
    }

    static void nvrtc(int status, String call) {
        if (status != nvrtc.NVRTC_SUCCESS) {
            throw failure(call, "NVRTC", nvrtc.nvrtcGetErrorString(status).getString());
        }
    }

    private static IllegalStateException failure(String call, String name, String text) {
        return new IllegalStateException(
                ("The GPU failed at %s: %s (%s). Kernels run behind the program: with -Dresnet.cudnn.synchronous=true the"
                                + " call named here is the one that failed")
                        .formatted(call, name, text));
    }
}
