package io.resnetspark.model.gpu.device;

import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.TrainingPrecision;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;

/**
 * A device's memory, by addresses, and what it can do on it. Calls take effect one after another; those that compute may
 * return before. Programs of several threads take turns by locking the device.
 */
public interface Device {

    /** Name, capability and libraries, for logs and manifests. */
    String description();

    /** Bytes that could be allocated now. */
    long freeBytes();

    /**
     * Memory with arbitrary contents, aligned to 256 bytes.
     *
     * @throws io.resnetspark.model.error.ConfigurationException if there is not enough
     */
    long allocate(long bytes);

    void free(long address);

    /** Copies from the host; the host's memory may change once this returns. */
    void upload(Pointer host, long address, long bytes);

    /** Copies to the host, after everything before has taken effect. */
    void download(long address, Pointer host, long bytes);

    /** Fills with zeros. */
    void clear(long address, long bytes);

    /**
     * Runs a function of {@code kernels.cu}.
     *
     * @param maps type of its maps
     * @param threads at least 1
     * @param arguments see {@link DeviceKernel#encode}
     */
    void launch(Element maps, DeviceKernel kernel, int threads, Object... arguments);

    /** Whether the device has instructions for it. */
    boolean multipliesIn(TrainingPrecision precision);

    /** Sets what products are computed in from now on; each convolution has its own. */
    void multiplyIn(TrainingPrecision precision);

    DeviceConvolution convolution(ConvolutionShape shape);

    /** The algorithms of its convolutions, as far as they have been tried. */
    AlgorithmSearch algorithms();

    /** Seconds that the device needs for the work. */
    double seconds(Runnable work);

    /**
     * Keeps what the work would have the device do, without doing it: launches, convolutions and products at fixed addresses.
     *
     * @return empty if the device cannot
     */
    Optional<Recording> record(Runnable work);

    /** Memory of the host from and to which copies run while the device works. */
    Pointer allocateHost(long bytes);

    void freeHost(Pointer memory);

    Mark mark();

    /**
     * Begins a copy from memory of {@link #allocateHost} that waits for a mark only, not for other work before it. All work
     * asked for from now on waits for the copy, and so does {@code copied}.
     */
    void uploadBeside(Pointer host, long address, long bytes, Mark after, Mark copied);

    /** Begins a copy to memory of {@link #allocateHost} after all work so far; {@code copied} waits for it. */
    void downloadLater(long address, Pointer host, long bytes, Mark copied);

    /** A point in the device's work. */
    interface Mark extends AutoCloseable {

        /** Is after all work asked for so far. */
        void set();

        /** Waits until that is done; not at all if it was never set. */
        void await();

        @Override
        void close();
    }

    /** Work that a device repeats at one call. */
    interface Recording extends AutoCloseable {

        void replay();

        @Override
        void close();
    }

    void multiply(MatrixProduct product);
}
