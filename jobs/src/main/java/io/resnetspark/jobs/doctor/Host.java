package io.resnetspark.jobs.doctor;

import io.resnetspark.model.gpu.DriverAnswer;
import io.resnetspark.model.gpu.Nd4jBackends;
import io.resnetspark.pipeline.device.DeviceRequest;
import io.resnetspark.pipeline.device.TaskDevice;
import java.io.Serializable;
import java.util.Map;
import java.util.Set;

/**
 * What matters about the machine and the JVM a driver or an executor runs in.
 *
 * @param name of the machine
 * @param javaVersion for example {@code 17.0.15+6}
 * @param javaFeature for example 17
 * @param opensModules whether the JVM was started with the {@code --add-opens} that Spark needs
 * @param platform for example {@code linux-x86_64}
 * @param cores processors this JVM may use
 * @param cpuFlags instruction sets, as Linux names them; empty where that is not Linux
 * @param memoryBytes of the machine or container
 * @param heapBytes most that the JVM's heap may take
 * @param load runnable threads over the last minute, negative if unknown
 * @param openMp environment variables of OpenMP
 * @param kernels what computes, or why it does not
 * @param computes whether a small computation gave the right result
 * @param backends what ND4J can compute with
 * @param driver what the NVIDIA driver says
 * @param temporaryDirectory where natives are unpacked and Spark spills
 * @param temporaryFreeBytes room there; -1 if it cannot be written to
 */
public record Host(
        String name,
        String javaVersion,
        int javaFeature,
        boolean opensModules,
        String platform,
        int cores,
        Set<String> cpuFlags,
        long memoryBytes,
        long heapBytes,
        double load,
        Map<String, String> openMp,
        String kernels,
        boolean computes,
        Nd4jBackends backends,
        DriverAnswer driver,
        String temporaryDirectory,
        long temporaryFreeBytes)
        implements Serializable {

    /** Looks at the JVM this is called in, the driver's. */
    public static Host ofDriver(DeviceRequest request) {
        return HostInspection.look(() -> TaskDevice.ofDriver(request).bind());
    }

    /** Looks at the JVM this is called in, by a task. */
    public static Host ofThisTask() {
        return HostInspection.look(() -> TaskDevice.ofThisTask().bind());
    }
}
