package io.resnetspark.model.gpu.device;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Step.BatchNorm;
import io.resnetspark.model.program.Step.MaxPool;
import io.resnetspark.model.program.Value;
import java.util.HashMap;
import java.util.Map;

/**
 * Where everything between images and loss lies in one piece of memory, for one batch size: offsets from its start. The {@link
 * MemoryPlan}'s buffers come first, then what steps keep besides their values.
 */
public final class DeviceLayout {

    private static final long ALIGNMENT = 256;
    private static final long MEBIBYTE = 1 << 20;

    private final MemoryPlan plan;
    private final int batch;
    private final Element maps;
    private final long[] buffers;
    private final Map<Step, Long> extras = new HashMap<>();
    private final long floatImages;
    private final long labels;
    private final long totals;
    private final long packedGradients;
    private final long workspace;
    private long bytes;

    /**
     * @param maps type of the maps
     * @param packedLength values of all convolutions' weights
     * @param workspaceBytes scratch memory that the largest convolution needs
     */
    public DeviceLayout(
            Program program, MemoryPlan plan, int batch, Element maps, int packedLength, long workspaceBytes) {
        this.plan = plan;
        this.batch = batch;
        this.maps = maps;
        requireIndexable(program.images());
        program.steps().forEach(step -> requireIndexable(step.output()));
        buffers = plan.lengths().stream()
                .mapToLong(length -> reserve(length * batch))
                .toArray();
        for (Step step : program.steps()) {
            if (step instanceof BatchNorm norm) {
                extras.put(step, reserve(2L * norm.input().channels() * Float.BYTES));
            } else if (step instanceof MaxPool) {
                extras.put(step, reserve(batched(step.output()).length()));
            }
        }
        floatImages = plan.type(program.images()) == Element.FLOAT
                ? value(program.images())
                : reserve(batched(program.images()).length() * Float.BYTES);
        labels = reserve((long) batch * program.classes() * Float.BYTES);
        totals = reserve(2 * Double.BYTES);
        packedGradients = reserve(plan.trains() ? (long) packedLength * Float.BYTES : 0);
        workspace = reserve(workspaceBytes);
    }

    private void requireIndexable(Value value) {
        if (batched(value).length() > Integer.MAX_VALUE) {
            throw new ConfigurationException(
                    "%d images of %d x %d x %d values are more than the 2^31 values a map can have on the device; lower batch-size"
                            .formatted(
                                    batch, value.shape().height(), value.shape().width(), value.channels()));
        }
    }

    private long reserve(long length) {
        long offset = bytes;
        bytes += aligned(length);
        return offset;
    }

    /** Room for so many bytes, so that what follows is aligned. */
    static long aligned(long length) {
        return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** All of it. */
    public long bytes() {
        return bytes;
    }

    public long value(Value value) {
        return buffers[plan.buffer(value)];
    }

    /** Where a value's gradient lies while anybody needs it. */
    public long gradient(Value value) {
        return buffers[plan.gradientBuffer(value)];
    }

    /** What a step keeps besides its value: a batch's mean and variance, the argmax of a maximum. */
    public long extra(Step step) {
        return extras.get(step);
    }

    /** Where the images arrive, as floats. */
    long floatImages() {
        return floatImages;
    }

    public long labels() {
        return labels;
    }

    /** Two doubles: the summed loss, the number of correct predictions. */
    public long totals() {
        return totals;
    }

    /** The gradients of the packed weights: room for floats. */
    public long packedGradients() {
        return packedGradients;
    }

    public long workspace() {
        return workspace;
    }

    public ImageShape batched(Value value) {
        return value.batch(batch);
    }

    /**
     * Compares with the memory there is.
     *
     * @throws ConfigurationException if it is not enough
     */
    public void requireFits(long freeBytes) {
        if (bytes > freeBytes) {
            throw new ConfigurationException(
                    ("Training with %d images in a minibatch takes %d MiB of the GPU's memory, and %d MiB are free; lower"
                                    + " batch-size to about %d%s, or see what else runs on the GPU (nvidia-smi)")
                            .formatted(
                                    batch,
                                    bytes / MEBIBYTE,
                                    freeBytes / MEBIBYTE,
                                    Math.max(1, (long) ((double) batch * freeBytes / bytes)),
                                    maps == Element.FLOAT ? ", train with --precision bf16" : ""));
        }
    }
}
