package io.resnetspark.model.program;

import io.resnetspark.model.program.Step.BatchNorm;
import io.resnetspark.model.program.Step.Convolution;
import io.resnetspark.model.program.Step.Learning;
import io.resnetspark.model.program.Step.Linear;
import io.resnetspark.model.program.Step.PadShortcut;
import io.resnetspark.model.program.Step.Relu;
import io.resnetspark.model.program.Step.ResidualAdd;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A pass that makes a program ready for inference: a batch norm disappears into the convolution before it (Jacob et al. 2017,
 * arXiv:1712.05877, section 3.2), and so do a residual sum and a ReLU; a padded shortcut becomes a convolution.
 */
public final class Folding {

    private final Program program;
    private final float[] parameters;
    private final List<Step> steps = new ArrayList<>();
    private final List<float[]> folded = new ArrayList<>();
    private int length;

    /** A convolution not yet appended, so that what follows can still change it; its slices are those of the program. */
    private Convolution pending;

    private Filter filter;

    private Folding(Program program, float[] parameters) {
        this.program = program;
        this.parameters = parameters;
    }

    /**
     * The program by its running statistics.
     *
     * @param parameters the program's flat vector
     */
    public static InferenceProgram fold(Program program, float[] parameters) {
        Folding folding = new Folding(program, parameters);
        program.steps().forEach(folding::fold);
        float[] vector = new float[folding.length];
        FloatBuffer target = FloatBuffer.wrap(vector);
        folding.folded.forEach(target::put);
        return new InferenceProgram(new Program(program.images(), folding.steps, vector.length), vector);
    }

    private void fold(Step step) {
        if (joinsPending(step)) {
            join(step);
            return;
        }
        appendPending();
        if (step instanceof Convolution convolution) {
            pending = convolution;
            filter = new Filter(
                    convolution.weight().of(parameters),
                    convolution
                            .bias()
                            .map(bias -> bias.of(parameters))
                            .orElseGet(() -> new float[convolution.output().channels()]));
        } else if (step instanceof PadShortcut pad) {
            filter = Filter.intoMiddle(pad.input().channels(), pad.output().channels());
            pending = new Convolution(
                    pad.input(),
                    pad.window(),
                    new ParameterSlice(0, filter.weight().length),
                    Optional.empty(),
                    Learning.FROZEN,
                    pad.output());
        } else if (step instanceof BatchNorm) {
            throw new IllegalArgumentException("No convolution of its own comes before " + step);
        } else if (step instanceof Linear linear) {
            steps.add(new Linear(
                    linear.input(),
                    append(linear.weight().of(parameters)),
                    append(linear.bias().of(parameters)),
                    Learning.FROZEN,
                    linear.output()));
        } else {
            steps.add(step);
        }
    }

    private boolean joinsPending(Step step) {
        return pending != null
                && pending.isPlain()
                && (step instanceof BatchNorm || step instanceof Relu || step instanceof ResidualAdd)
                && step.inputs().get(0).equals(pending.output())
                && readers(pending.output()) == 1;
    }

    private long readers(Value value) {
        return program.steps().stream()
                .mapToInt(step -> Collections.frequency(step.inputs(), value))
                .sum();
    }

    private void join(Step step) {
        if (step instanceof BatchNorm norm) {
            filter = filter.normalised(
                    norm.scale().of(parameters),
                    norm.shift().of(parameters),
                    norm.runningMean().of(parameters),
                    norm.runningVariance().of(parameters),
                    norm.epsilon());
            pending = pendingWith(norm.addend(), norm.activation(), norm.output());
        } else if (step instanceof ResidualAdd add) {
            pending = pendingWith(Optional.of(add.addend()), add.activation(), add.output());
        } else {
            pending = pendingWith(Optional.empty(), Activation.RELU, step.output());
        }
    }

    private Convolution pendingWith(Optional<Value> addend, Activation activation, Value output) {
        return new Convolution(
                pending.input(),
                pending.window(),
                pending.weight(),
                pending.bias(),
                Learning.FROZEN,
                addend,
                activation,
                output);
    }

    private void appendPending() {
        if (pending != null) {
            steps.add(new Convolution(
                    pending.input(),
                    pending.window(),
                    append(filter.weight()),
                    Optional.of(append(filter.bias())),
                    Learning.FROZEN,
                    pending.addend(),
                    pending.activation(),
                    pending.output()));
            pending = null;
        }
    }

    private ParameterSlice append(float[] values) {
        ParameterSlice slice = new ParameterSlice(length, values.length);
        folded.add(values);
        length += values.length;
        return slice;
    }

    /**
     * A convolution's parameters.
     *
     * @param weight {@code [out, in, size, size]}, row-major
     * @param bias {@code [out]}
     */
    @SuppressWarnings("ArrayRecordComponent") // compared with nothing
    private record Filter(float[] weight, float[] bias) {

        /** Copies pixel {@code (0, 0)} of the window's channels into the middle of more channels; the others are zero. */
        static Filter intoMiddle(int inputs, int outputs) {
            float[] weight = new float[outputs * inputs];
            int before = (outputs - inputs) / 2;
            for (int c = 0; c < inputs; c++) {
                weight[(before + c) * inputs + c] = 1;
            }
            return new Filter(weight, new float[outputs]);
        }

        /**
         * This convolution followed by a batch normalisation: {@code scale / sqrt(variance + epsilon)} multiplies each
         * filter, and the bias follows. All arguments are {@code [out]}.
         */
        Filter normalised(float[] scale, float[] shift, float[] mean, float[] variance, float epsilon) {
            int outputs = bias.length;
            int filterLength = weight.length / outputs;
            float[] newWeight = new float[weight.length];
            float[] newBias = new float[outputs];
            for (int o = 0; o < outputs; o++) {
                double factor = scale[o] / Math.sqrt((double) variance[o] + epsilon);
                for (int i = o * filterLength; i < (o + 1) * filterLength; i++) {
                    newWeight[i] = (float) (weight[i] * factor);
                }
                newBias[o] = (float) (shift[o] + ((double) bias[o] - mean[o]) * factor);
            }
            return new Filter(newWeight, newBias);
        }
    }
}
