package io.resnetspark.model.program;

/** What maps are stored as. Parameters, statistics, features and logits are always floats. */
public enum Element {
    FLOAT(4),
    /** A float's upper half: its range, and 8 bits of precision. */
    BFLOAT16(2),
    /** A whole number of steps of a {@link Quantization}, with a sign or without one. */
    INT8(1);

    private final int bytes;

    Element(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }
}
