package io.resnetspark.model.kernel;

import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Window;
import java.util.List;
import java.util.Optional;

/** One operation of a {@link StraightNetwork}: reads values, writes one new value. */
public sealed interface InferenceStep {

    /** The values it reads. */
    List<Value> reads();

    /** The value it writes, which no other step does. */
    Value writes();

    /**
     * The result of a step, or the images.
     *
     * @param number distinguishes the values of one network
     * @param shape for one image; feature vectors are images of one pixel
     */
    record Value(int number, ImageShape shape) {}

    /**
     * {@code act(input * weight + bias + addend)}.
     *
     * @param weight {@code [out, in, size, size]}, row-major
     * @param bias {@code [out]}
     * @param addend of the output's shape, for example a shortcut; no later step reads it, so that the sum can be formed in
     *     its memory
     */
    @SuppressWarnings("ArrayRecordComponent") // a step is compared with nothing, and weights are too large to copy
    record Convolve(
            Value input,
            Window window,
            float[] weight,
            float[] bias,
            Optional<Value> addend,
            Activation activation,
            Value writes)
            implements InferenceStep {
        @Override
        public List<Value> reads() {
            return addend.map(value -> List.of(input, value)).orElseGet(() -> List.of(input));
        }
    }

    /** Maximum over a window; padding never wins. */
    record MaxPool(Value input, Window window, Value writes) implements InferenceStep {
        @Override
        public List<Value> reads() {
            return List.of(input);
        }
    }

    /** Mean over height and width. */
    record GlobalAverage(Value input, Value writes) implements InferenceStep {
        @Override
        public List<Value> reads() {
            return List.of(input);
        }
    }

    /**
     * {@code input * weight^T + bias}.
     *
     * @param weight {@code [out, in]}, row-major
     * @param bias {@code [out]}
     */
    @SuppressWarnings("ArrayRecordComponent") // as above
    record Connect(Value input, float[] weight, float[] bias, Value writes) implements InferenceStep {
        @Override
        public List<Value> reads() {
            return List.of(input);
        }
    }
}
