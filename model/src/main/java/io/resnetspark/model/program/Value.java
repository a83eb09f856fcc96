package io.resnetspark.model.program;

/**
 * The result of a step, or the images.
 *
 * @param number distinguishes the values of one program
 * @param shape for one image; feature vectors are images of one pixel
 * @param name of the vertex that it is the result of, or of the network's input
 */
public record Value(int number, ImageShape shape, String name) {

    /** Of no network's graph. */
    public Value(int number, ImageShape shape) {
        this(number, shape, Integer.toString(number));
    }

    /** Shape for a batch of images. */
    public ImageShape batch(int images) {
        return new ImageShape(images, shape.height(), shape.width(), shape.channels());
    }

    public int channels() {
        return shape.channels();
    }
}
