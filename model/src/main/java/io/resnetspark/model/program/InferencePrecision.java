package io.resnetspark.model.program;

/**
 * What a network computes with when it classifies. Sums, biases, features and the head are single precision whatever the
 * maps and weights are.
 */
public enum InferencePrecision {
    FP32("fp32", Element.FLOAT),
    /** Maps and weights of convolutions have 8 significant bits. */
    BF16("bf16", Element.BFLOAT16),
    /** Maps and weights of convolutions are whole numbers of 8 bits; see {@link Quantization}. */
    INT8("int8", Element.INT8);

    private final String label;
    private final Element maps;

    InferencePrecision(String label, Element maps) {
        this.label = label;
        this.maps = maps;
    }

    /** As people write it. */
    public String label() {
        return label;
    }

    /** What maps are stored as. */
    public Element maps() {
        return maps;
    }
}
