package io.resnetspark.model.gpu.device;

import java.util.List;

/**
 * A convolution of one fixed shape on a device, all arguments addresses: maps {@code [N, H, W, C]}, the weight {@code [out,
 * size, size, in]}.
 */
public interface DeviceConvolution extends AutoCloseable {

    /** The library's proposals for a direction, its best guess first; they may turn out not to work. */
    List<Algorithm> algorithms(Direction direction);

    /**
     * Computes a direction.
     *
     * @param first of the two arrays that {@link Direction} names
     * @param result of the algorithm's type
     * @param accumulate always {@link Accumulate#REPLACE} for a weight's gradient
     * @throws AlgorithmRefusedException if the algorithm does not
     */
    void run(
            Direction direction,
            Algorithm algorithm,
            long first,
            long second,
            long result,
            long workspace,
            Accumulate accumulate);

    @Override
    void close();
}
