package io.resnetspark.pipeline.training.worker;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What one step trains on, valid until the next one is asked for.
 *
 * @param input images {@code [N, H, W, C]}, or features {@code [N, width]} of a head that is trained alone
 * @param targets {@code [N, classes]}
 * @param labels {@code [N]} class indices
 */
public record Minibatch(INDArray input, INDArray targets, int[] labels) {

    int count() {
        return labels.length;
    }
}
