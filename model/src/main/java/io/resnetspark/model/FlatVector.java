package io.resnetspark.model;

import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Direct access to the memory of a contiguous float array that starts its own buffer, such as a network's parameters. */
public final class FlatVector {

    private FlatVector() {}

    /**
     * The array's memory. On the CPU changes go both ways; where ND4J computes on a device this is the host's copy, which
     * {@link #fetch} brings up to date and {@link #changed} makes count.
     */
    public static FloatBuffer view(INDArray array) {
        check(array);
        fetch(array);
        return array.data()
                .pointer()
                .asByteBuffer()
                .order(java.nio.ByteOrder.nativeOrder())
                .asFloatBuffer()
                .slice(0, Math.toIntExact(array.length()));
    }

    /** Brings what was computed on a device into the host's memory; nothing on the CPU. */
    public static void fetch(INDArray array) {
        Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
    }

    /** Says that the host's memory was written, so that a device reads it before it computes; nothing on the CPU. */
    public static void changed(INDArray array) {
        Nd4j.getAffinityManager().tagLocation(array, Location.HOST);
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
        changed(array);
    }

    private static void check(INDArray array) {
        if (array.dataType() != DataType.FLOAT || array.offset() != 0 || array.elementWiseStride() != 1) {
            throw new IllegalArgumentException(
                    "Not a contiguous float array at the start of its memory: " + array.shapeInfoToString());
        }
    }
}
