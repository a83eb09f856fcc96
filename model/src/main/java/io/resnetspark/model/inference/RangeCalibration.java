package io.resnetspark.model.inference;

import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.InferenceExecutor;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.PreparedProgram;
import io.resnetspark.model.program.Quantization;
import io.resnetspark.model.program.Step.Convolution;
import io.resnetspark.model.program.Value;
import io.resnetspark.model.weights.StateDict;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Finds the ranges of a network's maps: the network classifies images in single precision, and of every map the range is
 * taken that loses least when it is quantised, by mean squared error. Owned by one thread.
 */
public final class RangeCalibration implements AutoCloseable {

    private final InferenceProgram program;
    private final Set<Value> unsigned;
    private final PreparedProgram prepared;
    private final InferenceExecutor executor;
    private final Map<Value, MagnitudeHistogram> histograms = new LinkedHashMap<>();
    private long images;

    /**
     * On the kernels of this process.
     *
     * @param batchSize images that usually come together
     * @throws ConfigurationException if they do not compute in 8-bit integers
     * @throws BadDataException if a parameter is missing or of another size than the network's
     */
    public RangeCalibration(ResNetSpec spec, StateDict weights, int batchSize) {
        this(spec, weights, batchSize, Kernels.ofThisProcess());
    }

    RangeCalibration(ResNetSpec spec, StateDict weights, int batchSize, Kernels kernels) {
        if (!kernels.infersIn(InferencePrecision.INT8)) {
            throw new ConfigurationException(
                    "%s does not compute in 8-bit integers; quantise where oneDNN computes, on an x86-64 processor"
                            .formatted(kernels.description()));
        }
        program = SharedNetwork.program(spec, weights);
        unsigned = program.unsigned();
        histograms.put(program.program().images(), new MagnitudeHistogram());
        program.program().steps().stream()
                .filter(Convolution.class::isInstance)
                .forEach(step -> histograms.put(step.output(), new MagnitudeHistogram()));
        prepared = kernels.inference(program);
        executor = prepared.observable(batchSize);
    }

    /**
     * Lets the network see images.
     *
     * @param pixels normalised, {@code [N, H, W, C]}
     * @param count the number N of images
     */
    public void add(float[] pixels, int count) {
        int length = Math.toIntExact(program.program().images().shape().length());
        for (int first = 0; first < count; first += executor.batch()) {
            int some = Math.min(executor.batch(), count - first);
            float[] batch = Arrays.copyOfRange(pixels, first * length, (first + some) * length);
            executor.observe(batch, some, (map, values, valueCount) -> {
                MagnitudeHistogram histogram = histograms.get(map);
                if (histogram != null) {
                    histogram.add(values, valueCount);
                }
            });
        }
        images += count;
    }

    /**
     * The ranges that the images so far ask for.
     *
     * @param source what they were, for people
     */
    public Quantization quantization(String source) {
        Map<String, Float> ranges = new LinkedHashMap<>();
        histograms.forEach((map, histogram) -> ranges.put(
                map.name(),
                histogram.bestRange(unsigned.contains(map) ? Quantization.UNSIGNED_STEPS : Quantization.SIGNED_STEPS)));
        return new Quantization(ranges, images, source);
    }

    @Override
    public void close() {
        executor.close();
        prepared.close();
    }
}
