package io.resnetspark.model.gpu.cudnn;

/**
 * A convolution of one fixed shape on a device, all arguments addresses: maps {@code [N, H, W, C]}, the weight {@code [out,
 * size, size, in]}.
 */
interface DeviceConvolution extends AutoCloseable {

    /** Scratch memory that each call needs, in bytes. */
    long workspaceBytes();

    void forward(long input, long weight, long output, long workspace, Accumulate accumulate);

    void inputGradient(long outputGradient, long weight, long inputGradient, long workspace, Accumulate accumulate);

    void weightGradient(long input, long outputGradient, long weightGradient, long workspace);

    @Override
    void close();
}
