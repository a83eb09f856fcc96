package io.resnetspark.model.kernel;

import io.resnetspark.model.error.ConfigurationException;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;

/**
 * The most memory that a process may take outside the Java heap: JavaCPP's setting {@code org.bytedeco.javacpp.maxbytes},
 * where it was given. JavaCPP itself holds only its own allocations to it, and neither ND4J's arrays and workspaces nor
 * oneDNN's buffers are among them; so what is resident is compared with it once a network has trained. What is taken on a
 * device is compared likewise.
 */
public final class NativeMemoryLimit {

    private static final String SETTING = "org.bytedeco.javacpp.maxbytes";
    private static final long MEBIBYTE = 1 << 20;

    private NativeMemoryLimit() {}

    /**
     * Compares this process with its limit, if it has one.
     *
     * @throws ConfigurationException if it takes more
     */
    public static void check() {
        if (System.getProperty(SETTING) != null) {
            long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
            excess(Pointer.physicalBytes(), heap, Pointer.maxBytes()).ifPresent(problem -> {
                throw new ConfigurationException(problem);
            });
        }
    }

    /**
     * Compares what is taken on a device with what this process may take there. Other processes count too: a device belongs
     * to one.
     *
     * @param device for the message
     * @param used in bytes
     * @param limit in bytes
     * @throws ConfigurationException if more is taken
     */
    public static void checkDevice(String device, long used, long limit) {
        excessOnDevice(device, used, limit).ifPresent(problem -> {
            throw new ConfigurationException(problem);
        });
    }

    static Optional<String> excessOnDevice(String device, long used, long limit) {
        return used <= limit
                ? Optional.empty()
                : Optional.of(
                        ("%d MiB are taken on %s, and this process may take %d MiB. Lower batch-size, raise device.memory, or"
                                        + " see whether another process computes there")
                                .formatted(used / MEBIBYTE, device, limit / MEBIBYTE));
    }

    /** What is wrong with so much resident memory, if anything; a limit of 0 is none. */
    static Optional<String> excess(long resident, long heap, long limit) {
        long outside = resident - heap;
        if (limit <= 0 || outside <= limit) {
            return Optional.empty();
        }
        return Optional.of(
                ("This process takes %d MiB outside the Java heap, and may take %d MiB. Lower batch-size, run fewer"
                                + " workers in a process, or raise RESNET_NATIVE_MEMORY (of executors: %s in"
                                + " spark.executor.extraJavaOptions)")
                        .formatted(outside / MEBIBYTE, limit / MEBIBYTE, "-D" + SETTING));
    }
}
