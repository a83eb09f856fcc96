package io.resnetspark.pipeline.training.averaging;

import java.io.Serializable;
import org.bytedeco.javacpp.indexer.HalfIndexer;

/** A vector as it is sent. */
public sealed interface EncodedVector extends Serializable {

    float[] decode();

    /** Payload. */
    long bytes();

    /** As it is. */
    record Singles(float[] values) implements EncodedVector {
        @Override
        public float[] decode() {
            return values;
        }

        @Override
        public long bytes() {
            return (long) Float.BYTES * values.length;
        }
    }

    /**
     * In 16 bits per value: IEEE 754 binary16 under a common power of two, which puts the largest value near the format's end.
     * Values above 2^-29 of the largest keep 11 significant bits.
     *
     * @param exponent of the common power of two
     */
    record Halves(short[] halves, int exponent) implements EncodedVector {

        private static final int LARGEST_EXPONENT = 14; // binary16 ends at 65504
        private static final int SMALLEST_COMMON = -110; // keeps both powers of two normal floats

        static Halves of(float[] values) {
            float largest = 0;
            for (float value : values) {
                largest = Math.max(largest, Math.abs(value));
            }
            int exponent = Math.max(SMALLEST_COMMON, Math.getExponent(largest) - LARGEST_EXPONENT);
            float scale = Math.scalb(1f, -exponent);
            short[] halves = new short[values.length];
            for (int i = 0; i < halves.length; i++) {
                halves[i] = (short) HalfIndexer.fromFloat(values[i] * scale);
            }
            return new Halves(halves, exponent);
        }

        @Override
        public float[] decode() {
            float scale = Math.scalb(1f, exponent);
            float[] values = new float[halves.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = HalfIndexer.toFloat(halves[i] & 0xFFFF) * scale;
            }
            return values;
        }

        @Override
        public long bytes() {
            return (long) Short.BYTES * halves.length + Integer.BYTES;
        }
    }

    /**
     * Some ranges as they are, the others in 16 bits.
     *
     * @param rest with 0 where the exact ranges are
     * @param exact their values, one after the other
     * @param ranges start and end of each, one after the other
     */
    record Mixed(Halves rest, float[] exact, int[] ranges) implements EncodedVector {

        static Mixed of(float[] values, int[] ranges) {
            int count = 0;
            for (int r = 0; r < ranges.length; r += 2) {
                count += ranges[r + 1] - ranges[r];
            }
            float[] exact = new float[count];
            float[] rest = values.clone();
            int next = 0;
            for (int r = 0; r < ranges.length; r += 2) {
                int length = ranges[r + 1] - ranges[r];
                System.arraycopy(values, ranges[r], exact, next, length);
                java.util.Arrays.fill(rest, ranges[r], ranges[r + 1], 0);
                next += length;
            }
            return new Mixed(Halves.of(rest), exact, ranges);
        }

        @Override
        public float[] decode() {
            float[] values = rest.decode();
            int next = 0;
            for (int r = 0; r < ranges.length; r += 2) {
                int length = ranges[r + 1] - ranges[r];
                System.arraycopy(exact, next, values, ranges[r], length);
                next += length;
            }
            return values;
        }

        @Override
        public long bytes() {
            return rest.bytes() + (long) Float.BYTES * exact.length + (long) Integer.BYTES * ranges.length;
        }
    }
}
