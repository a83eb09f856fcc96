package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.program.TrainingPrecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the kernels need of a machine, and what to say where it is not there. */
final class CudnnRequirements {

    static final int CUDA_MAJOR = 13;
    static final int CUDNN_MAJOR = 9;

    /** CUDA 13 has no code for older devices: Turing, 7.5, is the first. */
    private static final int OLDEST_CAPABILITY = 75;

    /** Ampere, the first that multiplies bfloat16. */
    private static final int OLDEST_WITH_BFLOAT16 = 80;

    private static final String LIBRARY_PATH =
            "and name their folder in LD_LIBRARY_PATH (executors: spark.executorEnv.LD_LIBRARY_PATH)";

    /** What a library is part of, by the beginning of its name. */
    private static final Map<String, String> ORIGINS = Map.of(
            "libcuda.so", "it belongs to the NVIDIA driver: install one for CUDA 13 (580 or newer) on this host",
            "libcudart.so", "install the CUDA 13 runtime (or the Python package nvidia-cuda-runtime) " + LIBRARY_PATH,
            "libcublas", "install cuBLAS 13 (or the Python package nvidia-cublas) " + LIBRARY_PATH,
            "libnvrtc", "install NVRTC 13 (or the Python package nvidia-cuda-nvrtc) " + LIBRARY_PATH,
            "libcudnn", "install cuDNN 9 for CUDA 13 (or the Python package nvidia-cudnn-cu13) " + LIBRARY_PATH);

    private CudnnRequirements() {}

    /**
     * What to do about a library that did not load.
     *
     * @param name of the library that was to be loaded
     * @param message the loader's, which names what it missed
     */
    static String missing(String name, String message) {
        for (Map.Entry<String, String> origin : ORIGINS.entrySet()) {
            if (message.contains(origin.getKey())) {
                return "%s does not load (%s): %s".formatted(name, message, origin.getValue());
            }
        }
        if (message.contains("jni")) {
            return "%s does not load (%s): the application was built without its native part; build it on Linux for %s"
                    .formatted(name, message, "linux-x86_64 or linux-arm64");
        }
        return "%s does not load: %s".formatted(name, message);
    }

    /** What is wrong with drivers and libraries of these versions. */
    static List<String> problems(Versions versions) {
        List<String> problems = new ArrayList<>();
        if (versions.driver() < CUDA_MAJOR * 1000) {
            problems.add("the NVIDIA driver supports CUDA up to %s, CUDA %d is needed: install driver 580 or newer"
                    .formatted(dotted(versions.driver()), CUDA_MAJOR));
        }
        if (versions.cudnn() / 10000 != CUDNN_MAJOR) {
            problems.add("cuDNN %d is installed, cuDNN %d is needed".formatted(versions.cudnn() / 10000, CUDNN_MAJOR));
        }
        return problems;
    }

    /** What is wrong with a choice among so many devices. */
    static List<String> problems(int wanted, int devices) {
        if (devices == 0) {
            return List.of("no GPU is visible to this process: see nvidia-smi and CUDA_VISIBLE_DEVICES");
        }
        if (wanted < 0 || wanted >= devices) {
            return List.of(("%s is %d, and this process sees the %d GPU(s) from 0 to %d: the number is one"
                            + " among those of CUDA_VISIBLE_DEVICES")
                    .formatted(CudaDevice.SETTING, wanted, devices, devices - 1));
        }
        return List.of();
    }

    /** What is wrong with a device. */
    static List<String> problems(Chip chip) {
        if (chip.capability() < OLDEST_CAPABILITY) {
            return List.of(
                    "%s has compute capability %s, CUDA 13 needs 7.5: use a newer GPU, or the build for CUDA 11 (-Pcuda)"
                            .formatted(chip.name(), chip.dottedCapability()));
        }
        return List.of();
    }

    /** Whether a device has instructions for it. */
    static boolean has(Chip chip, TrainingPrecision precision) {
        return precision != TrainingPrecision.BF16 || chip.capability() >= OLDEST_WITH_BFLOAT16;
    }

    private static String dotted(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /**
     * @param driver newest CUDA that the driver supports, as CUDA numbers it: 13000 is 13.0
     * @param runtime CUDA's runtime library, alike
     * @param cudnn as cuDNN numbers it: 91900 is 9.19.0
     */
    record Versions(int driver, int runtime, int cudnn) {

        /** For logs: the libraries that compute. */
        String text() {
            return "cuDNN %d.%d.%d, CUDA %s"
                    .formatted(cudnn / 10000, cudnn % 10000 / 100, cudnn % 100, dotted(runtime));
        }
    }

    /**
     * @param capability compute capability times 10: 90 is Hopper's 9.0
     */
    record Chip(String name, int capability) {

        String dottedCapability() {
            return capability / 10 + "." + capability % 10;
        }

        /** As NVRTC names the architecture. */
        String architecture() {
            return "sm_" + capability;
        }
    }
}
