package io.resnetspark.model.program;

/**
 * The result of a step, or the images.
 *
 * @param number distinguishes the values of one program
 * @param shape for one image; feature vectors are images of one pixel
 */
public record Value(int number, ImageShape shape) {

    /** Shape for a batch of images. */
    public ImageShape batch(int images) {
        return new ImageShape(images, shape.height(), shape.width(), shape.channels());
    }

    public int channels() {
        return shape.channels();
    }
}
