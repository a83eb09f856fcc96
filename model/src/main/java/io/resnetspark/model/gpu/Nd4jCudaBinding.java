package io.resnetspark.model.gpu;

import io.resnetspark.model.error.ConfigurationException;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * ND4J's own CUDA backend. The binaries of nd4j-cuda-11.6 hold machine code for compute capabilities 3.7 to 8.6 and no PTX:
 * code for 8.6 also runs on 8.9 (Ada); nothing in them runs on 9.0 (Hopper) or newer, and the driver has nothing to compile
 * for it.
 */
public record Nd4jCudaBinding() implements DeviceBinding {

    /**
     * That of this application.
     *
     * @throws ConfigurationException if it was built without ND4J's CUDA backend
     */
    public static DeviceBinding ofThisApplication() {
        Nd4jBackends.onTheClassPath().whyNotCuda().ifPresent(problem -> {
            throw new ConfigurationException(problem);
        });
        return new Nd4jCudaBinding();
    }

    @Override
    public Optional<String> refusal(NvidiaGpu device) {
        if (device.major() < 0) {
            return Optional.of(
                    "The compute capability of %s is unknown: the driver's nvidia-smi does not tell it. Update the driver"
                            .formatted(device));
        }
        boolean hasCode = (device.major() == 3 && device.minor() >= 7) || (device.major() > 3 && device.major() < 9);
        return hasCode
                ? Optional.empty()
                : Optional.of(
                        ("%s has compute capability %d.%d: the binaries of the profile cuda hold code for 3.7 to 8.6,"
                                        + " which runs up to 8.9, and no PTX from which the driver could make other code")
                                .formatted(device.name(), device.major(), device.minor()));
    }

    @Override
    public void bind(int ordinal) {
        requireCuda();
        Nd4j.getAffinityManager().unsafeSetDevice(ordinal);
        int bound = Nd4j.getAffinityManager().getDeviceForCurrentThread();
        if (bound != ordinal) {
            throw new IllegalStateException("ND4J computes on device %d, not %d".formatted(bound, ordinal));
        }
    }

    /** What is on the class path may still not be what ND4J has opened. */
    private static void requireCuda() {
        Nd4jBackend backend;
        try {
            backend = Nd4j.getBackend();
        } catch (RuntimeException | LinkageError e) {
            throw new ConfigurationException(
                    ("ND4J cannot open CUDA: %s. CUDA 11 and cuDNN 8 must be where the system's loader looks"
                                    + " (LD_LIBRARY_PATH), or in the application: ./mvnw -Pcuda -Dcuda.redist -DskipTests"
                                    + " package")
                            .formatted(rootOf(e)),
                    e);
        }
        new Nd4jBackends(List.of(backend.getClass().getSimpleName()))
                .whyNotCuda()
                .ifPresent(problem -> {
                    throw new ConfigurationException(problem);
                });
    }

    private static Throwable rootOf(Throwable thrown) {
        return thrown.getCause() == null ? thrown : rootOf(thrown.getCause());
    }

    @Override
    public long usedBytes(int ordinal) {
        var driver = NativeOpsHolder.getInstance().getDeviceNativeOps();
        return driver.getDeviceTotalMemory(ordinal) - driver.getDeviceFreeMemory(ordinal);
    }
}
