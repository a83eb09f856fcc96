package io.resnetspark.model.kernel.onednn.primitive;

import io.resnetspark.model.program.ImageShape;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Every {@code stride}-th pixel of images in both directions, gathered: all that a strided 1x1 window reads. */
public final class SampledPixels {

    private final ImageShape shape;
    private final INDArray sampled;
    private final INDArrayIndex[] pixels;

    /**
     * @param images {@code [N, H, W, C]}
     * @param height of what the window makes of them
     * @param width of what the window makes of them
     */
    SampledPixels(ImageShape images, int height, int width, int stride) {
        shape = new ImageShape(images.batch(), height, width, images.channels());
        // Outlives the step, so it must not lie in a workspace of one.
        sampled = Nd4j.createUninitializedDetached(DataType.FLOAT, images.batch(), height, width, images.channels());
        pixels = new INDArrayIndex[] {
            NDArrayIndex.all(),
            NDArrayIndex.interval(0, stride, images.height()),
            NDArrayIndex.interval(0, stride, images.width()),
            NDArrayIndex.all()
        };
    }

    ImageShape shape() {
        return shape;
    }

    /** The pixels of these images, valid until the next call. */
    INDArray of(INDArray images) {
        return sampled.assign(images.get(pixels));
    }
}
