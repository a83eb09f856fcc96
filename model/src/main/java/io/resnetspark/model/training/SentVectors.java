package io.resnetspark.model.training;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Float arrays on their way to another process, bit for bit. Java writes arrays of floats one by one, which takes several
 * times as long as copying their memory.
 */
public final class SentVectors implements Externalizable {

    private static final long serialVersionUID = 1L;
    private static final int CHUNK = 1 << 14;

    private float[][] vectors;

    /** For deserialisation. */
    public SentVectors() {
        this(new float[0][]);
    }

    public SentVectors(float[][] vectors) {
        this.vectors = vectors;
    }

    public float[][] vectors() {
        return vectors;
    }

    @Override
    public void writeExternal(ObjectOutput out) throws IOException {
        byte[] bytes = new byte[CHUNK * Float.BYTES];
        FloatBuffer floats = floats(bytes);
        out.writeInt(vectors.length);
        for (float[] vector : vectors) {
            out.writeInt(vector.length);
            for (int start = 0; start < vector.length; start += CHUNK) {
                int count = Math.min(CHUNK, vector.length - start);
                floats.put(0, vector, start, count);
                out.write(bytes, 0, count * Float.BYTES);
            }
        }
    }

    @Override
    public void readExternal(ObjectInput in) throws IOException {
        byte[] bytes = new byte[CHUNK * Float.BYTES];
        FloatBuffer floats = floats(bytes);
        vectors = new float[in.readInt()][];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = new float[in.readInt()];
            for (int start = 0; start < vectors[i].length; start += CHUNK) {
                int count = Math.min(CHUNK, vectors[i].length - start);
                in.readFully(bytes, 0, count * Float.BYTES);
                floats.get(0, vectors[i], start, count);
            }
        }
    }

    private static FloatBuffer floats(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
}
