package io.resnetspark.jobs.doctor;

import io.resnetspark.model.gpu.DriverStatus;
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
 * @param jvm what runs this
 * @param processors what it may run on
 * @param memory what it may take
 * @param computing what networks would compute with
 * @param temporary where natives are unpacked and Spark spills
 */
public record Host(String name, Jvm jvm, Processors processors, Memory memory, Computing computing, Temporary temporary)
        implements Serializable {

    /**
     * @param version for example {@code 17.0.15+6}
     * @param feature for example 17
     * @param opensModules whether the JVM was started with the {@code --add-opens} that Spark needs
     * @param platform for example {@code linux-x86_64}
     */
    public record Jvm(String version, int feature, boolean opensModules, String platform) implements Serializable {}

    /**
     * @param cores processors this JVM may use
     * @param flags instruction sets, as Linux names them; empty where that is not Linux
     * @param load runnable threads over the last minute, negative if unknown
     * @param openMp environment variables of OpenMP
     */
    public record Processors(int cores, Set<String> flags, double load, Map<String, String> openMp)
            implements Serializable {}

    /**
     * @param bytes of the machine or container
     * @param heapBytes most that the JVM's heap may take
     */
    public record Memory(long bytes, long heapBytes) implements Serializable {}

    /**
     * @param kernels what computes, or why it does not
     * @param works whether a small computation gave the right result
     * @param backends what ND4J can compute with
     * @param driver what the NVIDIA driver says
     */
    public record Computing(String kernels, boolean works, Nd4jBackends backends, DriverStatus driver)
            implements Serializable {}

    /**
     * @param directory its path
     * @param freeBytes room there; -1 if it cannot be written to
     */
    public record Temporary(String directory, long freeBytes) implements Serializable {}

    /** Looks at the JVM this is called in, the driver's. */
    public static Host ofDriver(DeviceRequest request) {
        return HostInspection.look(() -> TaskDevice.ofDriver(request).bind());
    }

    /** Looks at the JVM this is called in, by a task. */
    public static Host ofThisTask() {
        return HostInspection.look(() -> TaskDevice.ofThisTask().bind());
    }
}
