package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.InferenceStep.Value;
import io.resnetspark.model.kernel.TrainingNetwork;
import io.resnetspark.model.kernel.TrainingStep;
import io.resnetspark.model.kernel.TrainingStep.Connect;
import io.resnetspark.model.kernel.TrainingStep.Convolve;
import io.resnetspark.model.kernel.TrainingStep.GlobalAverage;
import io.resnetspark.model.kernel.TrainingStep.MaxPool;
import io.resnetspark.model.kernel.TrainingStep.Normalise;
import io.resnetspark.model.program.ImageShape;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where everything between images and loss lies in one piece of memory, for one batch size: offsets from its start. The way
 * back reads nearly every value again, so each has memory of its own; gradients share buffers by {@link GradientPlan}.
 */
final class MemoryPlan {

    private static final long ALIGNMENT = 256;
    private static final long MEBIBYTE = 1 << 20;

    private final TrainingNetwork network;
    private final int batch;
    private final Element maps;
    private final Set<Value> vectors = new HashSet<>();
    private final Map<Value, Long> values = new HashMap<>();
    private final Map<TrainingStep, Long> extras = new HashMap<>();
    private final GradientPlan gradients;
    private final long[] gradientBuffers;
    private final long floatImages;
    private final long labels;
    private final long totals;
    private final long weightGradient;
    private final long workspace;
    private long bytes;

    /**
     * @param maps type of the maps
     * @param workspaceBytes scratch memory that the largest convolution needs
     */
    MemoryPlan(TrainingNetwork network, int batch, Element maps, long workspaceBytes) {
        this.network = network;
        this.batch = batch;
        this.maps = maps;
        findVectors();
        place(network.images());
        floatImages = type(network.images()) == Element.FLOAT
                ? offset(network.images())
                : reserve(batched(network.images()).length() * Float.BYTES);
        long largestWeight = 0;
        for (TrainingStep step : network.steps()) {
            place(step.writes());
            extraBytes(step).ifPresent(length -> extras.put(step, reserve(length)));
            largestWeight = Math.max(largestWeight, step instanceof Convolve c ? packedBytes(c) : 0);
        }
        gradients = new GradientPlan(network, this::bytes);
        gradientBuffers = gradients.lengths().stream().mapToLong(this::reserve).toArray();
        labels = reserve((long) batch * network.classes() * Float.BYTES);
        totals = reserve(2 * Double.BYTES);
        weightGradient = reserve(largestWeight);
        workspace = reserve(workspaceBytes);
    }

    private void findVectors() {
        for (TrainingStep step : network.steps()) {
            if (step instanceof Connect connect) {
                vectors.add(connect.input());
                vectors.add(connect.writes());
            } else if (step instanceof GlobalAverage average) {
                vectors.add(average.writes());
            }
        }
    }

    private void place(Value value) {
        if (batched(value).length() > Integer.MAX_VALUE) {
            throw new ConfigurationException(
                    "%d images of %d x %d x %d values are more than the 2^31 values a map can have on the device; lower batch-size"
                            .formatted(
                                    batch,
                                    value.shape().height(),
                                    value.shape().width(),
                                    value.shape().channels()));
        }
        values.put(value, reserve(bytes(value)));
    }

    private long bytes(Value value) {
        return batched(value).length() * type(value).bytes();
    }

    private Optional<Long> extraBytes(TrainingStep step) {
        if (step instanceof Convolve convolve) {
            return Optional.of(packedBytes(convolve));
        }
        if (step instanceof Normalise normalise) {
            return Optional.of(2L * normalise.scale().length() * Float.BYTES);
        }
        return step instanceof MaxPool pool ? Optional.of(batched(pool.writes()).length()) : Optional.empty();
    }

    private long packedBytes(Convolve step) {
        return (long) step.weight().length() * maps.bytes();
    }

    private long reserve(long length) {
        long offset = bytes;
        bytes += (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return offset;
    }

    /** All of it. */
    long bytes() {
        return bytes;
    }

    /** Where a value lies. */
    long offset(Value value) {
        return values.get(value);
    }

    /** What a step keeps besides its value: packed weights, a batch's mean and variance, winners of a maximum. */
    long extra(TrainingStep step) {
        return extras.get(step);
    }

    /** Where a value's gradient lies while anybody needs it. */
    long gradient(Value value) {
        return gradientBuffers[gradients.buffer(value)];
    }

    GradientPlan gradients() {
        return gradients;
    }

    /** Where the images arrive, as floats. */
    long floatImages() {
        return floatImages;
    }

    long labels() {
        return labels;
    }

    /** Two doubles: the summed loss, the number of correct predictions. */
    long totals() {
        return totals;
    }

    /** Scratch for the gradient of one packed weight. */
    long weightGradient() {
        return weightGradient;
    }

    long workspace() {
        return workspace;
    }

    /** Type that a value is stored as. */
    Element type(Value value) {
        return vectors.contains(value) ? Element.FLOAT : maps;
    }

    ImageShape batched(Value value) {
        return batched(value, batch);
    }

    static ImageShape batched(Value value, int batch) {
        ImageShape one = value.shape();
        return new ImageShape(batch, one.height(), one.width(), one.channels());
    }

    /**
     * Compares with the memory there is.
     *
     * @throws ConfigurationException if it is not enough
     */
    void requireFits(long freeBytes) {
        if (bytes > freeBytes) {
            throw new ConfigurationException(
                    ("Training with %d images in a minibatch takes %d MiB of the GPU's memory, and %d MiB are free; lower"
                                    + " batch-size to about %d%s, or see what else runs on the GPU (nvidia-smi)")
                            .formatted(
                                    batch,
                                    bytes / MEBIBYTE,
                                    freeBytes / MEBIBYTE,
                                    Math.max(1, (long) ((double) batch * freeBytes / bytes)),
                                    maps == Element.FLOAT ? ", train with -Dresnet.cudnn.precision=bf16" : ""));
        }
    }
}
