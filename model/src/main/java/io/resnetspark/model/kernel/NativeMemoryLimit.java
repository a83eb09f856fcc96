package io.resnetspark.model.kernel;

import io.resnetspark.model.error.ConfigurationException;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;

/**
 * The most memory that a process may take outside the Java heap: JavaCPP's setting {@code org.bytedeco.javacpp.maxbytes},
 * where it was given. JavaCPP itself holds only its own allocations to it, and neither ND4J's arrays and workspaces nor
 * oneDNN's buffers are among them; so what is resident is compared with it once a network has trained.
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
