package io.resnetspark.model.layer;

import io.resnetspark.model.program.ImageShape;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** Translates between DL4J's input types and our shapes; everything is channels-last. */
final class ImageInput {

    private ImageInput() {}

    /** The shape of one image. */
    static ImageShape one(InputType type) {
        if (type instanceof InputType.InputTypeConvolutional image) {
            return new ImageShape(
                    1,
                    Math.toIntExact(image.getHeight()),
                    Math.toIntExact(image.getWidth()),
                    Math.toIntExact(image.getChannels()));
        }
        throw new IllegalArgumentException("Expected images but got " + type);
    }

    static InputType type(ImageShape shape) {
        return InputType.convolutional(shape.height(), shape.width(), shape.channels(), CNN2DFormat.NHWC);
    }
}
