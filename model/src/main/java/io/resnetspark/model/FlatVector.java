package io.resnetspark.model;

import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Direct access to the memory of a contiguous float array that starts its own buffer, such as a network's parameters. */
public final class FlatVector {

    private FlatVector() {}

    /** The array's memory; changes go both ways. Only where ND4J computes on the CPU. */
    public static FloatBuffer view(INDArray array) {
        check(array);
        return array.data()
                .pointer()
                .asByteBuffer()
                .order(java.nio.ByteOrder.nativeOrder())
                .asFloatBuffer()
                .slice(0, Math.toIntExact(array.length()));
    }

    public static float[] copyOf(INDArray array) {
        float[] copy = new float[Math.toIntExact(array.length())];
        view(array).get(copy);
        return copy;
    }

    /** Overwrites the array. */
    public static void set(INDArray array, float[] values) {
        if (values.length != array.length()) {
            throw new IllegalArgumentException("%d values for an array of %d".formatted(values.length, array.length()));
        }
        view(array).put(values);
    }

    private static void check(INDArray array) {
        if (array.dataType() != DataType.FLOAT || array.offset() != 0 || array.elementWiseStride() != 1) {
            throw new IllegalArgumentException(
                    "Not a contiguous float array at the start of its memory: " + array.shapeInfoToString());
        }
    }
}
