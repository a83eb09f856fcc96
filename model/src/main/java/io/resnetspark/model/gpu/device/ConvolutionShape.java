package io.resnetspark.model.gpu.device;

import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Window;

/**
 * A convolution in a precision.
 *
 * @param precision which decides the type of input and output
 * @param input shape of the input
 * @param outputs number of filters
 */
public record ConvolutionShape(TrainingPrecision precision, ImageShape input, int outputs, Window window) {

    /** Type of input and output. */
    public Element maps() {
        return precision.maps();
    }

    public ImageShape output() {
        return input.through(window, outputs);
    }

    public long inputBytes() {
        return input.length() * maps().bytes();
    }

    public long outputBytes() {
        return output().length() * maps().bytes();
    }

    /** Values of the weight {@code [out, size, size, in]}. */
    public long weightLength() {
        return (long) outputs * window.size() * window.size() * input.channels();
    }

    /** For messages. */
    @Override
    public String toString() {
        return "%s to %s, %s, %s".formatted(input, output(), window, precision);
    }
}
