package io.resnetspark.model.program;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One operation of a {@link Program}: reads values, writes one new value, may own parameters. */
public sealed interface Step {

    /** The values it reads; what it adds, where it adds something, is the last. */
    List<Value> inputs();

    /** The value it writes, which no other step does. */
    Value output();

    /** Whether its own parameters follow their gradients. */
    default boolean learns() {
        return false;
    }

    /** The values that its backward pass reads again. */
    default List<Value> saved() {
        return List.of();
    }

    /** Whether a step's parameters follow their gradients. */
    enum Learning {
        TRAINED,
        FROZEN
    }

    /**
     * {@code act(input * weight + bias + addend)}. Addend and activation come with {@link Folding}; programs that train have
     * neither here.
     *
     * @param weight {@code [out, in, size, size]}
     * @param bias {@code [out]}
     * @param addend of the output's shape; no later step reads it, so that the sum can be formed in its memory
     */
    record Convolution(
            Value input,
            Window window,
            ParameterSlice weight,
            Optional<ParameterSlice> bias,
            Learning learning,
            Optional<Value> addend,
            Activation activation,
            Value output)
            implements Step {

        public Convolution {
            requireShape(output, input.shape().through(window, output.channels()));
            requireLength(weight, (long) output.channels() * input.channels() * window.size() * window.size());
            bias.ifPresent(slice -> requireLength(slice, output.channels()));
            addend.ifPresent(value -> requireShape(value, output.shape()));
        }

        /** With nothing after it. */
        public Convolution(
                Value input,
                Window window,
                ParameterSlice weight,
                Optional<ParameterSlice> bias,
                Learning learning,
                Value output) {
            this(input, window, weight, bias, learning, Optional.empty(), Activation.IDENTITY, output);
        }

        @Override
        public List<Value> inputs() {
            return Stream.concat(Stream.of(input), addend.stream()).toList();
        }

        @Override
        public boolean learns() {
            return learning == Learning.TRAINED;
        }

        /** Whether nothing comes after it in the same step. */
        public boolean isPlain() {
            return addend.isEmpty() && activation == Activation.IDENTITY;
        }

        @Override
        public List<Value> saved() {
            return learns() ? List.of(input) : List.of();
        }
    }

    /**
     * {@code act(scale (input - mean) / sqrt(variance + epsilon) + shift + addend)}. Statistics are the batch's where it is
     * trained, and go into the running ones; where it is frozen, the running ones are used and kept.
     *
     * @param momentum weight of the newest batch in the running statistics
     * @param addend of the same shape, for example a shortcut
     */
    record BatchNorm(
            Value input,
            ParameterSlice scale,
            ParameterSlice shift,
            ParameterSlice runningMean,
            ParameterSlice runningVariance,
            float epsilon,
            float momentum,
            Learning learning,
            Optional<Value> addend,
            Activation activation,
            Value output)
            implements Step {

        public BatchNorm {
            for (ParameterSlice slice : List.of(scale, shift, runningMean, runningVariance)) {
                requireLength(slice, input.channels());
            }
            requireShape(output, input.shape());
            addend.ifPresent(value -> requireShape(value, output.shape()));
        }

        /** This, followed by a residual sum. */
        BatchNorm with(ResidualAdd add) {
            return new BatchNorm(
                    input,
                    scale,
                    shift,
                    runningMean,
                    runningVariance,
                    epsilon,
                    momentum,
                    learning,
                    Optional.of(add.addend()),
                    add.activation(),
                    add.output());
        }

        @Override
        public List<Value> inputs() {
            return Stream.concat(Stream.of(input), addend.stream()).toList();
        }

        @Override
        public boolean learns() {
            return learning == Learning.TRAINED;
        }

        /** The input alone tells which values the ReLU passed, unless something was added. */
        @Override
        public List<Value> saved() {
            return addend.isPresent() && activation == Activation.RELU ? List.of(input, output) : List.of(input);
        }
    }

    /** {@code max(0, input)}. */
    record Relu(Value input, Value output) implements Step {

        public Relu {
            requireShape(output, input.shape());
        }

        @Override
        public List<Value> inputs() {
            return List.of(input);
        }

        @Override
        public List<Value> saved() {
            return List.of(output);
        }
    }

    /** {@code act(branch + addend)}, where no batch norm ends the branch. */
    record ResidualAdd(Value branch, Value addend, Activation activation, Value output) implements Step {

        public ResidualAdd {
            requireShape(branch, output.shape());
            requireShape(addend, output.shape());
        }

        @Override
        public List<Value> inputs() {
            return List.of(branch, addend);
        }

        @Override
        public List<Value> saved() {
            return activation == Activation.RELU ? List.of(output) : List.of();
        }
    }

    /** Option A shortcut: every {@code stride}-th pixel, zero channels on both sides. */
    record PadShortcut(Value input, int stride, Value output) implements Step {

        public PadShortcut {
            requireShape(output, input.shape().through(new Window(1, stride, 0), output.channels()));
        }

        @Override
        public List<Value> inputs() {
            return List.of(input);
        }

        /** The pixels it keeps: windows of one pixel. */
        public Window window() {
            return new Window(1, stride, 0);
        }
    }

    /** Maximum over a window; padding never wins. The backward pass needs to know where each maximum was. */
    record MaxPool(Value input, Window window, Value output) implements Step {

        public MaxPool {
            requireShape(output, input.shape().through(window, input.channels()));
        }

        @Override
        public List<Value> inputs() {
            return List.of(input);
        }
    }

    /** Mean over height and width. */
    record GlobalAverage(Value input, Value output) implements Step {

        public GlobalAverage {
            requireShape(output, new ImageShape(1, 1, 1, input.channels()));
        }

        @Override
        public List<Value> inputs() {
            return List.of(input);
        }
    }

    /**
     * {@code input * weight^T + bias}.
     *
     * @param weight {@code [out, in]}
     * @param bias {@code [out]}
     */
    record Linear(Value input, ParameterSlice weight, ParameterSlice bias, Learning learning, Value output)
            implements Step {

        public Linear {
            requireShape(input, new ImageShape(1, 1, 1, input.channels()));
            requireShape(output, new ImageShape(1, 1, 1, output.channels()));
            requireLength(weight, (long) output.channels() * input.channels());
            requireLength(bias, output.channels());
        }

        @Override
        public List<Value> inputs() {
            return List.of(input);
        }

        @Override
        public boolean learns() {
            return learning == Learning.TRAINED;
        }

        @Override
        public List<Value> saved() {
            return learns() ? List.of(input) : List.of();
        }
    }

    private static void requireShape(Value value, ImageShape shape) {
        if (!value.shape().equals(shape)) {
            throw new IllegalArgumentException("%s does not have the shape %s".formatted(value, shape));
        }
    }

    private static void requireLength(ParameterSlice slice, long length) {
        if (slice.length() != length) {
            throw new IllegalArgumentException("%s does not have the length %d".formatted(slice, length));
        }
    }
}
