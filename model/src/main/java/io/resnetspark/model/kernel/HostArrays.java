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

/** ND4J arrays on memory that Java owns. */
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
}
