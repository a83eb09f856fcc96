package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.DeviceLostError;
import io.resnetspark.model.gpu.device.AlgorithmRefusedException;
import java.util.Set;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.BytePointer;

/**
 * Turns status codes into exceptions that say which call failed and why. After some of them the context is dead, and every
 * later call fails with the same code: {@link DeviceLostError}.
 */
public final class CudaStatus {

    /** Those after which CUDA says that a process must end to use the device again; the driver's codes are the same. */
    private static final Set<Integer> FATAL = Set.of(
            cudart.cudaErrorECCUncorrectable,
            cudart.cudaErrorNvlinkUncorrectable,
            226, // cudaErrorContained, new in CUDA 13
            cudart.cudaErrorIllegalAddress,
            cudart.cudaErrorLaunchTimeout,
            cudart.cudaErrorContextIsDestroyed,
            cudart.cudaErrorAssert,
            cudart.cudaErrorHardwareStackError,
            cudart.cudaErrorIllegalInstruction,
            cudart.cudaErrorMisalignedAddress,
            cudart.cudaErrorInvalidAddressSpace,
            cudart.cudaErrorInvalidPc,
            cudart.cudaErrorLaunchFailure,
            cudart.cudaErrorMpsRpcFailure,
            cudart.cudaErrorUnknown);

    private static volatile boolean lost;

    private CudaStatus() {}

    /** Whether a call of this process has found the context dead. */
    static boolean deviceIsLost() {
        return lost;
    }

    /** Whether the context is dead after a call of CUDA's runtime or driver that said this. */
    static boolean isFatal(int status) {
        return FATAL.contains(status);
    }

    private static void requireAlive(int status, String call) {
        if (isFatal(status)) {
            lost = true;
            throw new DeviceLostError(
                    ("The GPU is lost to this process: %s said %s (%s). The context is dead, this process must end. If it"
                                    + " happens again, see dmesg for Xid and nvidia-smi -q for ECC errors; with"
                                    + " -Dresnet.cudnn.synchronous=true the call named here is the one that failed")
                            .formatted(
                                    call,
                                    cudart.cudaGetErrorName(status).getString(),
                                    cudart.cudaGetErrorString(status).getString()));
        }
    }

    /** What a library said may be the consequence of a dead context, which only CUDA itself tells. */
    private static void requireAlive(String call) {
        requireAlive(cudart.cudaDeviceSynchronize(), call);
    }

    /** Of CUDA's runtime. */
    static void runtime(int status, String call) {
        if (status != cudart.cudaSuccess) {
            requireAlive(status, call);
            throw failure(
                    call,
                    cudart.cudaGetErrorName(status).getString(),
                    cudart.cudaGetErrorString(status).getString());
        }
    }

    /** Of CUDA's driver. */
    static void driver(int status, String call) {
        if (status != cudart.CUDA_SUCCESS) {
            requireAlive(status, call);
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
            requireAlive(call);
            // cuDNN 9 could say more, but the presets of CUDA 11, which the profile cuda compiles with, do not know how
            throw failure(
                    call,
                    cudnn.cudnnGetErrorString(status).getString(),
                    "CUDNN_LOGLEVEL_DBG=1 and CUDNN_LOGDEST_DBG=stderr in the environment let cuDNN say more");
        }
    }

    /**
     * Of cuDNN, asked to compute with one algorithm.
     *
     * @throws AlgorithmRefusedException if it did not, and the device is as it was
     */
    static void algorithm(int status, String call) {
        if (status != cudnn.CUDNN_STATUS_SUCCESS) {
            requireAlive(call);
            throw new AlgorithmRefusedException(
                    "%s: %s".formatted(call, cudnn.cudnnGetErrorString(status).getString()));
        }
    }

    static void cublas(int status, String call) {
        if (status != cublas.CUBLAS_STATUS_SUCCESS) {
            requireAlive(call);
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
