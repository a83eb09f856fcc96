package io.resnetspark.model.gpu.device;

import io.resnetspark.model.gpu.device.Device.Recording;
import io.resnetspark.model.gpu.device.Operations.Norm;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.BatchLoss;
import io.resnetspark.model.program.BatchStatistics;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.MemoryPlan.GradientFlow;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Step.BatchNorm;
import io.resnetspark.model.program.Step.Convolution;
import io.resnetspark.model.program.Step.GlobalAverage;
import io.resnetspark.model.program.Step.Learning;
import io.resnetspark.model.program.Step.Linear;
import io.resnetspark.model.program.Step.MaxPool;
import io.resnetspark.model.program.Step.PadShortcut;
import io.resnetspark.model.program.Step.Relu;
import io.resnetspark.model.program.Step.ResidualAdd;
import io.resnetspark.model.program.Value;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Executes a {@link Program} on the device for batches of one size: what each step does, and the memory between them. Smaller
 * batches {@linkplain #withBatch use} the same memory.
 */
public final class DeviceProgram implements AutoCloseable {

    /** Whether the running statistics are read, or the batch's made. */
    public enum Mode {
        TRAIN,
        EVALUATE
    }

    private static final int EDIT_BYTES = 76; // at most, of what is done to an image

    private final Device device;
    private final Operations operations;
    private final Program program;
    private final MemoryPlan plan;
    private final int batch;
    private final DeviceParameters parameters;
    private final Map<Step, TunedConvolution> convolutions = new HashMap<>();
    private final Map<Integer, DeviceProgram> smaller = new HashMap<>();
    private final WeightParts learned;
    private final DeviceLayout layout;
    private final Optional<DeviceMemory> ownMemory;
    private final Optional<MinibatchFeed> feed;
    private final long memory;
    private Optional<Recording> training = Optional.empty();
    private int trainings;

    /**
     * @param operations for the type of maps that the plan is for
     * @param parameters the program's, packed by whoever changes them; not closed with this
     */
    public DeviceProgram(
            Device device,
            Operations operations,
            Program program,
            MemoryPlan plan,
            int batch,
            DeviceParameters parameters) {
        this.device = device;
        this.operations = operations;
        this.program = program;
        this.plan = plan;
        this.batch = batch;
        this.parameters = parameters;
        this.learned = new WeightParts(device);
        try {
            if (plan.trains()) {
                layout(0).requireFits(device.freeBytes()); // what the search would not say so well
            }
            for (Convolution step : convolutionSteps()) {
                convolutions.put(step, device.algorithms().convolution(shape(step), directions(step)));
            }
            layout = layout(workspaceBytes());
            prepareGradients();
            feed = plan.trains() ? Optional.of(feed()) : Optional.empty();
            ownMemory = Optional.of(memory());
            memory = ownMemory.get().address();
        } catch (RuntimeException | Error e) {
            closeParts();
            throw e;
        }
    }

    /** The same in the memory of a larger batch. */
    private DeviceProgram(DeviceProgram larger, int batch) {
        this.device = larger.device;
        this.operations = larger.operations;
        this.program = larger.program;
        this.plan = larger.plan;
        this.batch = batch;
        this.parameters = larger.parameters;
        this.learned = new WeightParts(device);
        try {
            for (Convolution step : convolutionSteps()) {
                convolutions.put(step, device.algorithms().smaller(shape(step), larger.convolutions.get(step)));
            }
            layout = layout(workspaceBytes());
            if (layout.bytes() > larger.layout.bytes()) {
                throw new IllegalStateException("%d images take more memory than %d".formatted(batch, larger.batch));
            }
            prepareGradients();
            ownMemory = Optional.empty();
            feed = larger.feed;
            memory = larger.memory;
        } catch (RuntimeException | Error e) {
            closeParts();
            throw e;
        }
    }

    private MinibatchFeed feed() {
        long floats = imageValues(batch) * Float.BYTES; // more than as samples, but for images of a few pixels
        return new MinibatchFeed(device, floats + (long) batch * EDIT_BYTES, (long) batch * classes() * Float.BYTES);
    }

    private DeviceMemory memory() {
        try {
            if (plan.trains()) {
                // Now that every convolution has run, libraries have loaded what they need.
                layout.requireFits(device.freeBytes());
            }
            return new DeviceMemory(device, layout.bytes());
        } catch (RuntimeException | Error e) {
            feed.ifPresent(MinibatchFeed::close);
            throw e;
        }
    }

    private List<Convolution> convolutionSteps() {
        return program.steps().stream()
                .filter(Convolution.class::isInstance)
                .map(Convolution.class::cast)
                .toList();
    }

    private ConvolutionShape shape(Convolution step) {
        return new ConvolutionShape(
                operations.precision(), step.input().batch(batch), step.output().channels(), step.window());
    }

    private Set<Direction> directions(Convolution step) {
        Set<Direction> directions = EnumSet.of(Direction.FORWARD);
        if (plan.trains() && plan.hasBackward(step)) {
            if (step.learns()) {
                directions.add(Direction.WEIGHT_GRADIENT);
            }
            if (accumulated(step, 0).isPresent()) {
                directions.add(Direction.INPUT_GRADIENT);
            }
        }
        return directions;
    }

    private long workspaceBytes() {
        return convolutions.values().stream()
                .mapToLong(TunedConvolution::workspaceBytes)
                .max()
                .orElse(0);
    }

    private DeviceLayout layout(long workspaceBytes) {
        return new DeviceLayout(program, plan, batch, operations.maps(), parameters.packedLength(), workspaceBytes);
    }

    private void prepareGradients() {
        convolutions.forEach((step, convolution) -> {
            if (convolution.ranked().containsKey(Direction.WEIGHT_GRADIENT)) {
                Convolution own = (Convolution) step;
                boolean floats = convolution.result(Direction.WEIGHT_GRADIENT) == Element.FLOAT;
                learned.add(own, parameters.packedOffset(own.weight()), floats);
            }
        });
        learned.upload();
    }

    /** For a batch that is not larger. */
    public DeviceProgram withBatch(int images) {
        return images == batch ? this : smaller.computeIfAbsent(images, count -> new DeviceProgram(this, count));
    }

    public int batch() {
        return batch;
    }

    public int classes() {
        return program.classes();
    }

    /** Shape of one image. */
    public ImageShape image() {
        return program.images().batch(1);
    }

    /**
     * Copies the first images of a batch; the others keep what they were.
     *
     * @param images floats of the host
     */
    public void upload(Pointer images, int count) {
        device.upload(images, memory + layout.floatImages(), imageValues(count) * Float.BYTES);
        if (plan.type(program.images()) != Element.FLOAT) {
            operations.toElements(
                    memory + layout.floatImages(), value(program.images()), Math.toIntExact(imageValues(count)));
        }
    }

    private long imageValues(int count) {
        return count * program.images().shape().length();
    }

    /** Copies the first rows of features or logits to floats of the host. */
    public void download(Value vectors, Pointer host, int rows) {
        device.download(value(vectors), host, (long) rows * vectors.channels() * Float.BYTES);
    }

    public void forward(Mode mode) {
        program.steps().forEach(step -> forward(step, mode));
    }

    /**
     * Begins the forward pass, loss and backward pass.
     *
     * @param images floats of the host
     * @param labels floats of the host, {@code [batch, classes]}
     * @return waits for the loss
     */
    public Supplier<BatchLoss> train(HostArray images, HostArray labels) {
        MinibatchFeed minibatches = feed.orElseThrow();
        minibatches.bring(images, labels);
        operations.toElements(minibatches.images(), value(program.images()), Math.toIntExact(imageValues(batch)));
        return train(minibatches);
    }

    /**
     * As {@link #train(HostArray, HostArray)}.
     *
     * @param samples unsigned bytes of the host, {@code [batch, bytes of an image]}
     * @param coloured whether colours of some may change
     * @param table 256 floats for each channel: what samples are for the network
     */
    public Supplier<BatchLoss> train(HostArray samples, boolean coloured, DeviceMemory table, HostArray labels) {
        MinibatchFeed minibatches = feed.orElseThrow();
        minibatches.bring(samples, labels);
        if (coloured) {
            operations.adjustColours(minibatches.images(), program.images().batch(batch));
        }
        operations.samplesToElements(
                minibatches.images(),
                table.address(),
                value(program.images()),
                program.images().batch(batch));
        return train(minibatches);
    }

    private Supplier<BatchLoss> train(MinibatchFeed minibatches) {
        operations.copyFloats(minibatches.labels(), memory + layout.labels(), batch * classes());
        minibatches.taken();
        // The first time shows whether every call works; from the second on, all of them are one.
        trainings++;
        if (trainings == 2) {
            training = device.record(this::trainOnDevice);
        }
        training.ifPresentOrElse(Recording::replay, this::trainOnDevice);
        return minibatches.loss(memory + layout.totals());
    }

    /** Waits for the losses that are on their way. */
    public void settle() {
        feed.ifPresent(MinibatchFeed::settle);
    }

    private void trainOnDevice() {
        parameters.pack();
        forward(Mode.TRAIN);
        Value logits = program.logits();
        long totals = memory + layout.totals();
        operations.crossEntropy(value(logits), memory + layout.labels(), gradient(logits), totals, batch, classes());
        List<Step> steps = program.steps();
        for (int i = steps.size() - 1; i >= 0; i--) {
            if (plan.hasBackward(steps.get(i))) {
                backward(steps.get(i));
            }
        }
        operations.unpackGradients(learned, memory + layout.packedGradients(), parameters.gradients());
    }

    /** What each batch norm that learns saw in a forward pass to train. */
    public List<BatchStatistics> statistics() {
        List<BatchStatistics> statistics = new ArrayList<>();
        for (Step step : program.steps()) {
            if (step instanceof BatchNorm norm && norm.learns()) {
                int channels = norm.input().channels();
                long samples = shape(norm.input()).length() / channels;
                statistics.add(new BatchStatistics(
                        norm.runningMean(),
                        samples,
                        floats(batchMean(norm), channels),
                        floats(batchVariance(norm), channels)));
            }
        }
        return statistics;
    }

    private float[] floats(long address, int count) {
        float[] values = new float[count];
        try (FloatPointer host = new FloatPointer(count)) {
            device.download(address, host, (long) count * Float.BYTES);
            host.get(values);
        }
        return values;
    }

    /**
     * The softmax of the logits after the forward pass.
     *
     * @param host {@code [batch, classes]} floats
     */
    public void probabilities(Pointer host) {
        Value logits = program.logits();
        operations.softmax(value(logits), gradient(logits), batch, classes());
        device.download(gradient(logits), host, (long) batch * classes() * Float.BYTES);
    }

    // ---- forward

    private void forward(Step step, Mode mode) {
        Value read = step.inputs().get(0);
        long input = value(read);
        long output = value(step.output());
        if (step instanceof Convolution convolution) {
            forward(convolution, output);
        } else if (step instanceof BatchNorm norm) {
            forward(norm, mode, output);
        } else if (step instanceof Relu) {
            operations.relu(input, output, count(read));
        } else if (step instanceof ResidualAdd add) {
            operations.residualAdd(input, value(add.addend()), output, count(read), add.activation());
        } else if (step instanceof PadShortcut pad) {
            operations.padShortcut(input, shape(read), pad.stride(), shape(pad.output()), output);
        } else if (step instanceof MaxPool pool) {
            operations.maxPool(input, shape(read), pool.window(), output, extra(pool));
        } else if (step instanceof GlobalAverage) {
            operations.globalAverage(input, shape(read), output);
        } else if (step instanceof Linear linear) {
            operations.linear(
                    input,
                    parameters.value(linear.weight()),
                    parameters.value(linear.bias()),
                    output,
                    batch,
                    read.channels(),
                    linear.output().channels());
        }
    }

    private void forward(Convolution step, long output) {
        // The plan puts the result where the addend is.
        Accumulate accumulate = step.addend().isPresent() ? Accumulate.ADD : Accumulate.REPLACE;
        convolutions
                .get(step)
                .forward(value(step.input()), parameters.packed(step.weight()), output, workspace(), accumulate);
        if (step.bias().isPresent()) {
            long bias = parameters.value(step.bias().get());
            operations.addBias(output, shape(step.output()), bias, step.activation());
        } else if (step.activation() == Activation.RELU) {
            operations.relu(output, output, count(step.output()));
        }
    }

    private void forward(BatchNorm step, Mode mode, long output) {
        long input = value(step.input());
        ImageShape shape = shape(step.input());
        Learning statistics = mode == Mode.TRAIN ? step.learning() : Learning.FROZEN;
        if (statistics == Learning.TRAINED) {
            operations.statistics(
                    input,
                    shape,
                    batchMean(step),
                    batchVariance(step),
                    parameters.value(step.runningMean()),
                    parameters.value(step.runningVariance()),
                    step.momentum());
        }
        long addend = step.addend().map(this::value).orElse(Operations.NONE);
        operations.batchNorm(input, shape, norm(step, statistics, step.activation()), addend, output);
    }

    private Norm norm(BatchNorm step, Learning statistics, Activation activation) {
        boolean batchStatistics = statistics == Learning.TRAINED;
        return new Norm(
                parameters.value(step.scale()),
                parameters.value(step.shift()),
                batchStatistics ? batchMean(step) : parameters.value(step.runningMean()),
                batchStatistics ? batchVariance(step) : parameters.value(step.runningVariance()),
                step.epsilon(),
                activation);
    }

    private long batchMean(BatchNorm step) {
        return extra(step);
    }

    private long batchVariance(BatchNorm step) {
        return extra(step) + (long) step.input().channels() * Float.BYTES;
    }

    // ---- backward: from the gradient of what was written to the gradients of what was read and of the parameters

    private void backward(Step step) {
        long gradient = gradient(step.output());
        if (step instanceof Convolution convolution) {
            backward(convolution, gradient);
        } else if (step instanceof BatchNorm norm) {
            backward(norm, gradient);
        } else if (step instanceof ResidualAdd add) {
            backward(add, gradient);
        } else if (step instanceof Linear linear) {
            backward(linear, gradient);
        } else {
            accumulated(step, 0).ifPresent(accumulate -> backward(step, gradient, accumulate));
        }
    }

    /** Of steps with one input and no parameters. */
    private void backward(Step step, long gradient, Accumulate accumulate) {
        Value read = step.inputs().get(0);
        long inputGradient = gradient(read);
        if (step instanceof Relu) {
            operations.reluGradient(value(step.output()), gradient, inputGradient, count(read), accumulate);
        } else if (step instanceof PadShortcut pad) {
            operations.padShortcutGradient(
                    gradient, shape(read), pad.stride(), shape(pad.output()), inputGradient, accumulate);
        } else if (step instanceof MaxPool pool) {
            operations.maxPoolGradient(gradient, extra(pool), shape(read), pool.window(), inputGradient, accumulate);
        } else if (step instanceof GlobalAverage) {
            operations.globalAverageGradient(gradient, shape(read), inputGradient, accumulate);
        }
    }

    private void backward(Convolution step, long gradient) {
        TunedConvolution convolution = convolutions.get(step);
        if (step.learns()) {
            long packed =
                    memory + layout.packedGradients() + (long) parameters.packedOffset(step.weight()) * Float.BYTES;
            convolution.weightGradient(value(step.input()), gradient, packed, workspace());
            step.bias()
                    .ifPresent(
                            bias -> operations.channelSums(gradient, shape(step.output()), parameters.gradient(bias)));
        }
        accumulated(step, 0)
                .ifPresent(accumulate -> convolution.inputGradient(
                        gradient, parameters.packed(step.weight()), gradient(step.input()), workspace(), accumulate));
    }

    private void backward(BatchNorm step, long gradient) {
        long input = value(step.input());
        ImageShape shape = shape(step.input());
        boolean masksOwnGradient = step.addend().isPresent() && step.activation() == Activation.RELU;
        // From here on the gradient is the one before the ReLU, unless that is cheap to find from the input again.
        Norm norm = norm(step, step.learning(), masksOwnGradient ? Activation.IDENTITY : step.activation());
        long scaleGradient = step.learns() ? parameters.gradient(step.scale()) : Operations.NONE;
        long shiftGradient = step.learns() ? parameters.gradient(step.shift()) : Operations.NONE;
        if (step.learns()) {
            long output = masksOwnGradient ? value(step.output()) : Operations.NONE;
            operations.normParameterGradients(input, shape, norm, output, gradient, scaleGradient, shiftGradient);
        } else if (masksOwnGradient) {
            undoRelu(step.output(), gradient);
        }
        accumulated(step, 0)
                .ifPresent(accumulate -> operations.normInputGradient(
                        input,
                        shape,
                        norm,
                        gradient,
                        scaleGradient,
                        shiftGradient,
                        gradient(step.input()),
                        accumulate));
        step.addend().ifPresent(addend -> pass(gradient, step, 1));
    }

    /** The ReLU is undone in place, the result goes to the addend, and last to the branch if it is not there already. */
    private void backward(ResidualAdd step, long gradient) {
        if (step.activation() == Activation.RELU) {
            undoRelu(step.output(), gradient);
        }
        pass(gradient, step, 1);
        pass(gradient, step, 0);
    }

    private void backward(Linear step, long gradient) {
        int inputs = step.input().channels();
        int outputs = step.output().channels();
        if (step.learns()) {
            operations.linearParameterGradients(
                    value(step.input()),
                    gradient,
                    parameters.gradient(step.weight()),
                    parameters.gradient(step.bias()),
                    batch,
                    inputs,
                    outputs);
        }
        if (accumulated(step, 0).isPresent()) {
            if (plan.flow(step, 0) != GradientFlow.REPLACE) {
                throw new IllegalArgumentException("Features are read by one fully connected layer, not by others too");
            }
            operations.linearInputGradient(
                    gradient, parameters.value(step.weight()), gradient(step.input()), batch, inputs, outputs);
        }
    }

    private void undoRelu(Value output, long gradient) {
        operations.reluGradient(value(output), gradient, gradient, count(output), Accumulate.REPLACE);
    }

    private void pass(long gradient, Step step, int position) {
        Value input = step.inputs().get(position);
        accumulated(step, position)
                .ifPresent(accumulate -> operations.passGradient(gradient, gradient(input), count(input), accumulate));
    }

    /** How the gradient of what a step reads is written, if anything is to be done for it. */
    private Optional<Accumulate> accumulated(Step step, int position) {
        return switch (plan.flow(step, position)) {
            case REPLACE -> Optional.of(Accumulate.REPLACE);
            case ADD -> Optional.of(Accumulate.ADD);
            case NONE, SHARED -> Optional.empty();
        };
    }

    // ---- addresses

    private long value(Value value) {
        return memory + layout.value(value);
    }

    private long gradient(Value value) {
        return memory + layout.gradient(value);
    }

    private long extra(Step step) {
        return memory + layout.extra(step);
    }

    private long workspace() {
        return memory + layout.workspace();
    }

    private ImageShape shape(Value value) {
        return layout.batched(value);
    }

    private int count(Value value) {
        return Operations.count(shape(value));
    }

    private void closeParts() {
        training.ifPresent(Recording::close);
        training = Optional.empty();
        smaller.values().forEach(DeviceProgram::close);
        smaller.clear();
        convolutions.values().forEach(TunedConvolution::close);
        convolutions.clear();
        learned.close();
    }

    @Override
    public void close() {
        closeParts();
        if (ownMemory.isPresent()) {
            ownMemory.get().close();
            feed.ifPresent(MinibatchFeed::close);
        }
    }
}
