package io.resnetspark.model.gpu.cudnn;

import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The memory of a host's array, row-major floats. */
final class HostArray extends Pointer {

    private final INDArray array; // keeps the memory alive

    private HostArray(INDArray array) {
        this.array = array;
        // ND4J's address is the buffer's: a view starts offset elements later.
        this.address = array.data().address() + array.offset() * Float.BYTES;
    }

    /** An array to read: where it lies if it is row-major, else a copy. */
    static HostArray of(INDArray array) {
        return new HostArray(
                isPlain(array) ? array : array.castTo(DataType.FLOAT).dup('c'));
    }

    /** An array to write, which must be row-major. */
    static HostArray target(INDArray array) {
        if (!isPlain(array)) {
            throw new IllegalArgumentException("Not a row-major array of floats: " + array.shapeInfoToString());
        }
        return new HostArray(array);
    }

    /** Whether the values lie one after another in row-major order; the stride of a dimension of size 1 says nothing. */
    private static boolean isPlain(INDArray array) {
        long expected = 1;
        for (int dimension = array.rank() - 1; dimension >= 0; dimension--) {
            if (array.size(dimension) > 1 && array.stride(dimension) != expected) {
                return false;
            }
            expected *= array.size(dimension);
        }
        return array.dataType() == DataType.FLOAT;
    }

    long bytes() {
        return array.length() * Float.BYTES;
    }
}
