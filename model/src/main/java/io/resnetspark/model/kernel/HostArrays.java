package io.resnetspark.model.kernel;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Between ND4J arrays and memory that Java sees. */
public final class HostArrays {

    private HostArrays() {}

    /**
     * An array on the buffer's own memory: nothing is copied where ND4J computes on the CPU.
     *
     * @param values a direct buffer in native order, from its start; must stay reachable as long as the array is used
     * @param shape row-major
     */
    public static INDArray wrap(FloatBuffer values, long... shape) {
        FloatPointer memory = new FloatPointer(values);
        return Nd4j.create(
                Nd4j.createBuffer(memory, DataType.FLOAT, values.limit(), FloatIndexer.create(memory)), shape);
    }

    /**
     * An array of unsigned bytes on a buffer's memory.
     *
     * @param values a direct buffer, from its start; must stay reachable as long as the array is used
     * @param shape row-major
     */
    public static INDArray wrap(ByteBuffer values, long... shape) {
        BytePointer memory = new BytePointer(values);
        return Nd4j.create(
                Nd4j.createBuffer(memory, DataType.UINT8, values.limit(), UByteIndexer.create(memory)), shape);
    }

    /** An array of floats that lie one after another in row-major order: the same, or a copy. */
    public static INDArray rowMajor(INDArray array) {
        long expected = 1;
        boolean plain = array.dataType() == DataType.FLOAT;
        for (int dimension = array.rank() - 1; dimension >= 0; dimension--) {
            // the stride of a dimension of size 1 says nothing
            plain &= array.size(dimension) == 1 || array.stride(dimension) == expected;
            expected *= array.size(dimension);
        }
        return plain ? array : array.castTo(DataType.FLOAT).dup('c');
    }

    /** A copy of the values in row-major order. */
    public static float[] values(INDArray array) {
        return array.reshape('c', new long[] {array.length()}).toFloatVector();
    }
}
