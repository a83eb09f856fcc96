package io.resnetspark.bench.primitive;

import io.resnetspark.model.program.ImageShape;

/** Feature maps as a JMH parameter: {@code 16x56x56x64} is {@code [N, H, W, C]}. */
final class MapShape {

    private MapShape() {}

    static ImageShape parse(String text) {
        String[] sizes = text.split("x", 4);
        return new ImageShape(
                Integer.parseInt(sizes[0]),
                Integer.parseInt(sizes[1]),
                Integer.parseInt(sizes[2]),
                Integer.parseInt(sizes[3]));
    }
}
