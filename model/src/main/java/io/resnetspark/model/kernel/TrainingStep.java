package io.resnetspark.model.kernel;

import io.resnetspark.model.kernel.InferenceStep.Value;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.Window;
import java.util.List;
import java.util.Optional;

/** One operation of a {@link TrainingNetwork}: reads values, writes one new value, may own parameters. */
public sealed interface TrainingStep {

    /** The values it reads; where it has an addend, that is the last. */
    List<Value> reads();

    /** The value it writes, which no other step does. */
    Value writes();

    /** Whether its own parameters learn. */
    default boolean learns() {
        return false;
    }

    /** Whether a step's parameters follow their gradients. */
    enum Learning {
        TRAINED,
        FROZEN
    }

    /**
     * {@code input * weight + bias}.
     *
     * @param weight {@code [out, in, size, size]}
     * @param bias {@code [out]}
     */
    record Convolve(
            Value input,
            Window window,
            ParameterSlice weight,
            Optional<ParameterSlice> bias,
            Learning learning,
            Value writes)
            implements TrainingStep {
        @Override
        public List<Value> reads() {
            return List.of(input);
        }

        @Override
        public boolean learns() {
            return learning == Learning.TRAINED;
        }
    }

    /**
     * {@code act(batchNorm(input) + addend)}; see {@link BatchNormKernel}. With {@link Statistics#GIVEN} the running
     * statistics are used and kept, and neither scale nor shift learns.
     *
     * @param momentum weight of the newest batch in the running statistics
     * @param addend of the same shape, for example a shortcut
     */
    record Normalise(
            Value input,
            ParameterSlice scale,
            ParameterSlice shift,
            ParameterSlice runningMean,
            ParameterSlice runningVariance,
            float epsilon,
            float momentum,
            Statistics statistics,
            Optional<Value> addend,
            Activation activation,
            Value writes)
            implements TrainingStep {
        @Override
        public List<Value> reads() {
            return addend.map(value -> List.of(input, value)).orElseGet(() -> List.of(input));
        }

        @Override
        public boolean learns() {
            return statistics == Statistics.BATCH;
        }
    }

    /** {@code max(0, input)}. */
    record Rectify(Value input, Value writes) implements TrainingStep {
        @Override
        public List<Value> reads() {
            return List.of(input);
        }
    }

    /** {@code act(branch + addend)}, where no batch norm ends the branch. */
    record Sum(Value branch, Value addend, Activation activation, Value writes) implements TrainingStep {
        @Override
        public List<Value> reads() {
            return List.of(branch, addend);
        }
    }

    /** Maximum over a window; padding never wins. */
    record MaxPool(Value input, Window window, Value writes) implements TrainingStep {
        @Override
        public List<Value> reads() {
            return List.of(input);
        }
    }

    /** Mean over height and width. */
    record GlobalAverage(Value input, Value writes) implements TrainingStep {
        @Override
        public List<Value> reads() {
            return List.of(input);
        }
    }

    /** Option A shortcut: every {@code stride}-th pixel, zero channels on both sides. */
    record Pad(Value input, int stride, Value writes) implements TrainingStep {
        @Override
        public List<Value> reads() {
            return List.of(input);
        }
    }

    /**
     * {@code input * weight^T + bias}.
     *
     * @param weight {@code [out, in]}
     * @param bias {@code [out]}
     */
    record Connect(Value input, ParameterSlice weight, ParameterSlice bias, Learning learning, Value writes)
            implements TrainingStep {
        @Override
        public List<Value> reads() {
            return List.of(input);
        }

        @Override
        public boolean learns() {
            return learning == Learning.TRAINED;
        }
    }
}
