package io.resnetspark.bench.primitive;

import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Window;

/**
 * A convolution as a JMH parameter: {@code 16x56x56x64_3x3/2_128} has an input {@code [16, 56, 56, 64]}, 3x3 windows with
 * stride 2, and 128 filters; it pads by half a window.
 */
record ConvolutionShape(ImageShape input, Window window, int filters) {

    static ConvolutionShape parse(String text) {
        String[] parts = text.split("_", 3);
        String[] window = parts[1].split("[x/]", 3);
        int size = Integer.parseInt(window[0]);
        return new ConvolutionShape(
                MapShape.parse(parts[0]),
                new Window(size, Integer.parseInt(window[2]), size / 2),
                Integer.parseInt(parts[2]));
    }

    public ImageShape output() {
        return input.through(window, filters);
    }

    /** A multiplication and an addition for each weight at each output. */
    double flops() {
        return 2.0 * output().length() * window.size() * window.size() * input.channels();
    }
}
