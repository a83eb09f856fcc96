package io.resnetspark.bench.primitive;

import java.util.Optional;

/**
 * What a second of a benchmark achieves.
 *
 * @param kind whether arithmetic or memory bounds it
 * @param perSecond in thousand millions: GFLOP/s or GB/s
 */
record Rate(Kind kind, double perSecond) {

    /** What bounds a primitive. */
    enum Kind {
        ARITHMETIC("GFLOP/s"),
        MEMORY("GB/s");

        private final String unit;

        Kind(String unit) {
            this.unit = unit;
        }

        String unit() {
            return unit;
        }
    }

    /**
     * Of one benchmark.
     *
     * @param benchmark class and method, for example {@code ConvolutionBenchmark.forward}
     * @param shape JMH parameter, where it has one
     * @param seconds one call takes
     */
    static Rate of(String benchmark, Optional<String> shape, double seconds) {
        return switch (benchmark) {
            case "CeilingBenchmark.matrixProduct" -> arithmetic(CeilingBenchmark.PRODUCT_FLOPS, seconds);
            case "CeilingBenchmark.copy" -> new Rate(Kind.MEMORY, CeilingBenchmark.COPY_BYTES / seconds / 1e9);
            case "ConvolutionBenchmark.forward",
                    "ConvolutionBenchmark.backwardInput",
                    "ConvolutionBenchmark.backwardWeight" ->
                arithmetic(ConvolutionShape.parse(shape.orElseThrow()).flops(), seconds);
            case "BatchNormReluBenchmark.forward" ->
                memory(BatchNormReluBenchmark.FORWARD_PASSES, shape.orElseThrow(), seconds);
            case "BatchNormReluBenchmark.backward" ->
                memory(BatchNormReluBenchmark.BACKWARD_PASSES, shape.orElseThrow(), seconds);
            case "ResidualAddReluBenchmark.forward", "ResidualAddReluBenchmark.backward" ->
                memory(ResidualAddReluBenchmark.PASSES, shape.orElseThrow(), seconds);
            default -> throw new IllegalArgumentException("Unknown work: " + benchmark);
        };
    }

    private static Rate arithmetic(double flops, double seconds) {
        return new Rate(Kind.ARITHMETIC, flops / seconds / 1e9);
    }

    private static Rate memory(int passes, String shape, double seconds) {
        double bytes = (double) passes * MapShape.parse(shape).length() * Float.BYTES;
        return new Rate(Kind.MEMORY, bytes / seconds / 1e9);
    }
}
