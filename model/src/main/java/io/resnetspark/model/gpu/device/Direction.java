package io.resnetspark.model.gpu.device;

/** What of a convolution is computed, from which two of its arrays. */
public enum Direction {
    /** From input and weight. */
    FORWARD("forward pass"),
    /** From the output's gradient and the weight. */
    INPUT_GRADIENT("input gradient"),
    /** From input and the output's gradient. */
    WEIGHT_GRADIENT("weight gradient");

    private final String label;

    Direction(String label) {
        this.label = label;
    }

    @Override
    public String toString() {
        return label;
    }
}
