package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.image.load.Batch;
import io.resnetspark.model.image.load.BatchRecipe;
import io.resnetspark.model.kernel.HostArrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Batches as ND4J arrays on the loader's own memory. */
public final class NetworkInput {

    private final int size;
    private final int channels;
    private final int classes;

    public NetworkInput(BatchRecipe recipe) {
        this.size = recipe.preprocessing().inputSize();
        this.channels = recipe.preprocessing().channels();
        this.classes = recipe.classes();
    }

    /** {@code [N, H, W, C]} floats, or {@code [N, bytes]} if the loader keeps samples; valid as long as the batch. */
    public INDArray images(Batch batch) {
        if (batch.samples().hasRemaining()) {
            return HostArrays.wrap(
                    batch.samples(), batch.count(), batch.samples().remaining() / batch.count());
        }
        return HostArrays.wrap(batch.features(), batch.count(), size, size, channels);
    }

    /** {@code [N, classes]}; valid as long as the batch. */
    public INDArray targets(Batch batch) {
        return HostArrays.wrap(batch.targets(), batch.count(), classes);
    }
}
