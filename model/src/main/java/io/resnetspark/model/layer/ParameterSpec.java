package io.resnetspark.model.layer;

/**
 * One parameter of a layer.
 *
 * @param name PyTorch's name within the module, for example {@code weight}
 * @param shape PyTorch's shape
 * @param initialization first values
 * @param kind what the optimiser does with it
 */
public record ParameterSpec(String name, long[] shape, Initialization initialization, Kind kind) {

    /** How the optimiser treats a parameter. */
    public enum Kind {
        /** Convolution and linear weights: trained, weight decay applies. */
        WEIGHT,
        /** Biases and batch-norm scale and shift: trained, weight decay is an option. */
        SCALE_OR_BIAS,
        /** Batch norm's running mean: not trained. */
        RUNNING_MEAN,
        /** Batch norm's running variance: not trained. */
        RUNNING_VARIANCE;

        /** Whether gradients change it. */
        public boolean trainable() {
            return this == WEIGHT || this == SCALE_OR_BIAS;
        }
    }

    /** Number of values. */
    public long length() {
        long length = 1;
        for (long size : shape) {
            length *= size;
        }
        return length;
    }
}
