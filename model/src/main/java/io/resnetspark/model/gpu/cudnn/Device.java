package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Window;
import org.bytedeco.javacpp.Pointer;

/**
 * A device's memory, by addresses, and what it can do on it. Calls take effect one after another; those that compute may
 * return before. Programs of several threads take turns by locking the device.
 */
interface Device {

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

    /** Sets what convolutions that are made from now on, and products, are computed in. */
    void multiplyIn(TrainingPrecision precision);

    DeviceConvolution convolution(Element maps, ImageShape input, int outputChannels, Window window);

    void multiply(MatrixProduct product);
}
