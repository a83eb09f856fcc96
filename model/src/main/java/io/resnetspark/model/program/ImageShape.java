package io.resnetspark.model.program;

/**
 * Shape of a batch of feature maps, stored channels-last as {@code [batch, height, width, channels]}.
 *
 * @param batch number of images, at least 1
 * @param height rows, at least 1
 * @param width columns, at least 1
 * @param channels feature maps, at least 1
 */
public record ImageShape(int batch, int height, int width, int channels) {

    public ImageShape {
        if (batch < 1 || height < 1 || width < 1 || channels < 1) {
            throw new IllegalArgumentException(
                    "Every dimension must be at least 1: [%d, %d, %d, %d]".formatted(batch, height, width, channels));
        }
    }

    /** Reads the shape of an array {@code [N, H, W, C]}. */
    public static ImageShape of(long[] shape) {
        if (shape.length != 4) {
            throw new IllegalArgumentException("Expected [N, H, W, C] but got rank %d".formatted(shape.length));
        }
        return new ImageShape(
                Math.toIntExact(shape[0]),
                Math.toIntExact(shape[1]),
                Math.toIntExact(shape[2]),
                Math.toIntExact(shape[3]));
    }

    /** The same of another number of images. */
    public ImageShape withBatch(int images) {
        return new ImageShape(images, height, width, channels);
    }

    /** The shape that a sliding window leaves, with {@code channels} feature maps. */
    public ImageShape through(Window window, int newChannels) {
        return new ImageShape(batch, window.outputSize(height), window.outputSize(width), newChannels);
    }

    /** As an array shape: {@code {batch, height, width, channels}}. */
    public long[] toArray() {
        return new long[] {batch, height, width, channels};
    }

    /** Number of elements. */
    public long length() {
        return (long) batch * height * width * channels;
    }
}
