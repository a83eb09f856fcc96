package io.resnetspark.model.weights;

import java.nio.ByteBuffer;

/** How one element of a stored tensor is encoded, little-endian; every type is read into {@code float}. */
enum ElementType {
    F64(8) {
        @Override
        float at(ByteBuffer bytes, int offset) {
            return (float) bytes.getDouble(offset);
        }
    },
    F32(4) {
        @Override
        float at(ByteBuffer bytes, int offset) {
            return bytes.getFloat(offset);
        }

        @Override
        float[] decode(ByteBuffer bytes, int offset, int count) {
            float[] values = new float[count];
            bytes.slice(offset, count * byteCount())
                    .order(bytes.order())
                    .asFloatBuffer()
                    .get(values);
            return values;
        }
    },
    F16(2) {
        @Override
        float at(ByteBuffer bytes, int offset) {
            return halfToFloat(bytes.getShort(offset));
        }
    },
    BF16(2) {
        @Override
        float at(ByteBuffer bytes, int offset) {
            return Float.intBitsToFloat(bytes.getShort(offset) << 16);
        }
    },
    I64(8) {
        @Override
        float at(ByteBuffer bytes, int offset) {
            return bytes.getLong(offset);
        }
    },
    I32(4) {
        @Override
        float at(ByteBuffer bytes, int offset) {
            return bytes.getInt(offset);
        }
    },
    I16(2) {
        @Override
        float at(ByteBuffer bytes, int offset) {
            return bytes.getShort(offset);
        }
    },
    I8(1) {
        @Override
        float at(ByteBuffer bytes, int offset) {
            return bytes.get(offset);
        }
    },
    U8(1) {
        @Override
        float at(ByteBuffer bytes, int offset) {
            return bytes.get(offset) & 0xFF;
        }
    },
    BOOL(1) {
        @Override
        float at(ByteBuffer bytes, int offset) {
            return bytes.get(offset) == 0 ? 0 : 1;
        }
    };

    private final int byteCount;

    ElementType(int byteCount) {
        this.byteCount = byteCount;
    }

    /** Bytes of one element. */
    int byteCount() {
        return byteCount;
    }

    /**
     * One element as a float.
     *
     * @param bytes in little-endian order
     * @param offset the element's first byte, an absolute index
     */
    abstract float at(ByteBuffer bytes, int offset);

    /** {@code count} consecutive elements from the absolute index {@code offset}. */
    float[] decode(ByteBuffer bytes, int offset, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = at(bytes, offset + i * byteCount);
        }
        return values;
    }

    /** IEEE 754 binary16 to binary32, exact. {@code Float.float16ToFloat} needs Java 20. */
    private static float halfToFloat(short half) {
        int sign = half & 0x8000;
        int exponent = half >>> 10 & 0x1F;
        int fraction = half & 0x3FF;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        // Rebias 15 to 127; all ones (infinity, NaN) stay all ones.
        int wideExponent = exponent == 0x1F ? 0xFF : exponent + 112;
        return Float.intBitsToFloat(sign << 16 | wideExponent << 23 | fraction << 13);
    }
}
