package io.resnetspark.model.gpu.device;

import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The memory of a host's row-major array, of floats or unsigned bytes. */
public final class HostArray extends Pointer {

    private final INDArray array; // keeps the memory alive

    private HostArray(INDArray array) {
        this.array = array;
        // ND4J's address is the buffer's: a view starts offset elements later.
        this.address =
                array.data().address() + array.offset() * array.dataType().width();
    }

    /** Unsigned bytes to read: where they lie if they are row-major, else a copy. */
    public static HostArray ofSamples(INDArray array) {
        return new HostArray(isPlain(array, DataType.UINT8) ? array : array.dup('c'));
    }

    /** An array to read: where it lies if it is row-major, else a copy. */
    public static HostArray of(INDArray array) {
        return new HostArray(
                isPlain(array, DataType.FLOAT)
                        ? array
                        : array.castTo(DataType.FLOAT).dup('c'));
    }

    /** An array to write, which must be row-major. */
    public static HostArray target(INDArray array) {
        if (!isPlain(array, DataType.FLOAT)) {
            throw new IllegalArgumentException("Not a row-major array of floats: " + array.shapeInfoToString());
        }
        return new HostArray(array);
    }

    /** Whether the values lie one after another in row-major order; the stride of a dimension of size 1 says nothing. */
    private static boolean isPlain(INDArray array, DataType type) {
        long expected = 1;
        for (int dimension = array.rank() - 1; dimension >= 0; dimension--) {
            if (array.size(dimension) > 1 && array.stride(dimension) != expected) {
                return false;
            }
            expected *= array.size(dimension);
        }
        return array.dataType() == type;
    }

    long bytes() {
        return array.length() * array.dataType().width();
    }
}
