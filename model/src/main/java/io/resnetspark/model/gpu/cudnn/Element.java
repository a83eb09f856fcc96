package io.resnetspark.model.gpu.cudnn;

/** What maps are stored as. Parameters, statistics, features and logits are always floats. */
enum Element {
    FLOAT(4),
    /** A float's upper half: its range, and 8 bits of precision. */
    BFLOAT16(2);

    private final int bytes;

    Element(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }
}
