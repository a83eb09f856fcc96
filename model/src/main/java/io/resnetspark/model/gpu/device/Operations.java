package io.resnetspark.model.gpu.device;

import io.resnetspark.model.gpu.device.MatrixProduct.Form;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.ParameterUpdate;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Window;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * The operations of networks as launches of {@link DeviceKernel}s and matrix products; arguments that are not sizes are
 * addresses. Keeps the scratch memory of sums.
 */
public final class Operations implements AutoCloseable {

    /** The address of what is not there. */
    public static final long NONE = 0;

    /** Threads that keep a large device busy, each with some values of its own. */
    private static final int MANY_THREADS = 1 << 17;

    /** Partial sums that one thread adds up. */
    private static final int TERMS = 64;

    /** Threads of each block. */
    static final int BLOCK = 256;

    /** Blocks that keep a large device busy with sums by channel, few enough for one to add up what they leave. */
    private static final int SUMMING_BLOCKS = 512;

    private static final int MOST_COLUMN_BLOCKS = 4096;

    /** Two partial sums for each thread. */
    private static final long SCRATCH_BYTES = 2L * MANY_THREADS * Double.BYTES;

    private final Device device;
    private final TrainingPrecision precision;
    private final Element maps;
    private final DeviceMemory scratch;
    private final long partialSums;
    private final long reducedSums;
    private final long tickets;

    /** @param precision which decides the type of the maps */
    public Operations(Device device, TrainingPrecision precision) {
        this.device = device;
        this.precision = precision;
        this.maps = precision.maps();
        long ticketBytes = (long) MOST_COLUMN_BLOCKS * Integer.BYTES;
        scratch = new DeviceMemory(device, 2 * SCRATCH_BYTES + ticketBytes);
        partialSums = scratch.address();
        reducedSums = partialSums + SCRATCH_BYTES;
        tickets = reducedSums + SCRATCH_BYTES;
        try {
            device.clear(tickets, ticketBytes);
        } catch (RuntimeException | Error e) {
            scratch.close();
            throw e;
        }
    }

    TrainingPrecision precision() {
        return precision;
    }

    Element maps() {
        return maps;
    }

    private static int threads(int count) {
        return Math.min(count, MANY_THREADS);
    }

    /** A multiple of the channels, so that each thread meets one channel. */
    static int threadsByChannel(int channels, int count) {
        if (channels > MANY_THREADS) {
            throw new IllegalArgumentException("%d channels are more than %d".formatted(channels, MANY_THREADS));
        }
        return channels * Math.max(1, Math.min(count / channels, MANY_THREADS / channels));
    }

    /** Elements that are moved at once, of so many beside each other. */
    private int width(int count) {
        int wide = 16 / maps.bytes();
        return count % wide == 0 ? wide : 1;
    }

    private int threadsByVector(int count) {
        return threads(count / width(count));
    }

    private int threadsByChannelVector(ImageShape shape) {
        int width = width(shape.channels());
        return threadsByChannel(shape.channels() / width, count(shape) / width);
    }

    /** As {@code Tile} of {@code kernels.cu} divides rows and channels among blocks. */
    static int summingThreads(int channels, int rows) {
        int vectors = channels % 4 == 0 ? channels / 4 : channels;
        int columns = Math.min(vectors, 32);
        int height = BLOCK / columns;
        int columnBlocks = (vectors + columns - 1) / columns;
        if (columnBlocks > MOST_COLUMN_BLOCKS || channels > MANY_THREADS) {
            throw new IllegalArgumentException("%d channels are too many to sum".formatted(channels));
        }
        int useful = (rows + 16 * height - 1) / (16 * height);
        int most = Math.min(SUMMING_BLOCKS / columnBlocks, MANY_THREADS / channels);
        return BLOCK * columnBlocks * Math.max(1, Math.min(useful, most));
    }

    static int count(ImageShape shape) {
        return Math.toIntExact(shape.length());
    }

    private void run(DeviceKernel kernel, int threads, Object... arguments) {
        device.launch(
                maps,
                kernel,
                threads,
                Arrays.stream(arguments).flatMap(Operations::plain).toArray());
    }

    /** An argument as the numbers that kernels take in its place. */
    private static Stream<Object> plain(Object argument) {
        if (argument instanceof ImageShape shape) {
            return Stream.of(shape.height(), shape.width(), shape.channels());
        }
        if (argument instanceof Window window) {
            return Stream.of(window.size(), window.stride(), window.padding());
        }
        if (argument instanceof Norm norm) {
            return Stream.of(norm.scale(), norm.shift(), norm.mean(), norm.variance());
        }
        if (argument instanceof Activation activation) {
            return Stream.of(activation == Activation.RELU ? 1 : 0);
        }
        if (argument instanceof Accumulate accumulate) {
            return Stream.of(accumulate == Accumulate.ADD ? 1 : 0);
        }
        return Stream.of(argument);
    }

    // ---- layouts

    /** Floats to the type of the maps. */
    void toElements(long floats, long elements, int count) {
        run(DeviceKernel.TO_ELEMENTS, threads(count), floats, elements, count);
    }

    /** @param table address of 256 floats for each channel */
    /** @param images bytes of each, samples and what is done to them: what is done to colours is, in place */
    void adjustColours(long images, ImageShape shape) {
        int values = Math.toIntExact(shape.length() / shape.batch());
        run(DeviceKernel.ADJUST_COLOURS, shape.batch() * BLOCK, images, shape.channels(), values);
    }

    /** @param images as {@link #adjustColours} leaves them */
    void samplesToElements(long images, long table, long elements, ImageShape shape) {
        int values = Math.toIntExact(shape.length() / shape.batch());
        int count = Math.toIntExact(shape.length());
        run(
                DeviceKernel.SAMPLES_TO_ELEMENTS,
                threads(count),
                images,
                table,
                elements,
                shape.width(),
                shape.channels(),
                values,
                count);
    }

    void copyFloats(long from, long to, int count) {
        device.launch(Element.FLOAT, DeviceKernel.TO_ELEMENTS, threads(count), from, to, count);
    }

    /**
     * Weights {@code [out, in, size, size]} of floats to {@code [out, size, size, in]} of elements.
     *
     * @param parameters address of the flat vector
     */
    void packWeights(WeightParts parts, long parameters, long packed) {
        if (parts.count() > 0) {
            run(DeviceKernel.PACK_WEIGHTS, parts.count() * BLOCK, parts.address(), parameters, packed);
        }
    }

    /** The way back, from room of floats. */
    void unpackGradients(WeightParts parts, long packed, long gradients) {
        if (parts.count() > 0) {
            run(DeviceKernel.UNPACK_GRADIENTS, parts.count() * BLOCK, parts.address(), packed, gradients);
        }
    }

    // ---- sums

    /**
     * Adds up what the threads of a kernel left in the partial sums: {@code arrays} arrays of {@code before} values each to
     * as many of {@code after} values.
     *
     * @return address of the sums, valid until the next operation that sums
     */
    private long reduce(int arrays, int before, int after) {
        long from = partialSums;
        long to = reducedSums;
        int length = before;
        while (length > after) {
            int rows = (length + after - 1) / after;
            int next = after * ((rows + TERMS - 1) / TERMS);
            run(DeviceKernel.REDUCE_SUMS, arrays * next, from, to, length, next);
            long swap = from;
            from = to;
            to = swap;
            length = next;
        }
        return from;
    }

    /** The sum over all pixels of each channel, as floats. */
    void channelSums(long input, ImageShape shape, long sums) {
        int threads = threadsByChannel(shape.channels(), count(shape));
        run(DeviceKernel.SUM_CHANNELS, threads, input, partialSums, count(shape));
        run(DeviceKernel.SUMS_TO_FLOATS, shape.channels(), reduce(1, threads, shape.channels()), sums);
    }

    /**
     * The sum of the squares of each slice of a vector.
     *
     * @return address of a double for each
     */
    public long squares(long vector, VectorParts parts) {
        run(DeviceKernel.SUM_SQUARES, parts.parts() * BLOCK, parts.address(), vector, parts.threadSums());
        run(DeviceKernel.SUM_GROUPS, parts.parts(), parts.firstThreads(), parts.threadSums(), parts.partSums(), BLOCK);
        run(DeviceKernel.SUM_GROUPS, parts.slices(), parts.firstParts(), parts.partSums(), parts.sliceSums(), 1);
        return parts.sliceSums();
    }

    // ---- convolutions' biases, ReLU, residual sums

    /** In place. */
    void addBias(long values, ImageShape shape, long bias, Activation activation) {
        int channels = shape.channels();
        int threads = threadsByChannel(channels, count(shape));
        run(DeviceKernel.ADD_BIAS, threads, values, bias, channels, count(shape), activation);
    }

    void relu(long input, long output, int count) {
        run(DeviceKernel.RELU, threadsByVector(count), input, output, count);
    }

    /** In place too, where {@code inputGradient} is {@code outputGradient} and is replaced. */
    void reluGradient(long output, long outputGradient, long inputGradient, int count, Accumulate accumulate) {
        run(
                DeviceKernel.RELU_GRADIENT,
                threadsByVector(count),
                output,
                outputGradient,
                inputGradient,
                count,
                accumulate);
    }

    void residualAdd(long one, long other, long output, int count, Activation activation) {
        run(DeviceKernel.RESIDUAL_ADD, threadsByVector(count), one, other, output, count, activation);
    }

    void passGradient(long outputGradient, long inputGradient, int count, Accumulate accumulate) {
        run(DeviceKernel.PASS_GRADIENT, threadsByVector(count), outputGradient, inputGradient, count, accumulate);
    }

    // ---- batch norm

    /** Where the vectors of a batch norm are, each {@code [C]}. */
    record Norm(long scale, long shift, long mean, long variance, float epsilon, Activation activation) {}

    /**
     * Mean and biased variance of each channel, and the running ones with them.
     *
     * @param momentum weight of the batch's statistics in the running ones
     */
    void statistics(
            long input,
            ImageShape shape,
            long mean,
            long variance,
            long runningMean,
            long runningVariance,
            float momentum) {
        int channels = shape.channels();
        int rows = count(shape) / channels;
        run(
                DeviceKernel.NORM_STATISTICS,
                summingThreads(channels, rows),
                input,
                mean,
                variance,
                runningMean,
                runningVariance,
                partialSums,
                tickets,
                channels,
                rows,
                momentum);
    }

    /** @param addend or {@link #NONE} */
    void batchNorm(long input, ImageShape shape, Norm norm, long addend, long output) {
        int channels = shape.channels();
        run(
                DeviceKernel.BATCH_NORM,
                threadsByChannelVector(shape),
                input,
                norm,
                addend,
                output,
                channels,
                count(shape),
                norm.epsilon(),
                norm.activation());
    }

    /**
     * Gradients of scale and shift.
     *
     * @param output what was written, if the ReLU came after an addend: then {@code outputGradient} becomes the gradient
     *     before the ReLU; else {@link #NONE}
     */
    void normParameterGradients(
            long input,
            ImageShape shape,
            Norm norm,
            long output,
            long outputGradient,
            long scaleGradient,
            long shiftGradient) {
        int channels = shape.channels();
        int rows = count(shape) / channels;
        run(
                DeviceKernel.NORM_PARAMETER_GRADIENTS,
                summingThreads(channels, rows),
                input,
                output,
                outputGradient,
                norm,
                scaleGradient,
                shiftGradient,
                partialSums,
                tickets,
                channels,
                rows,
                norm.epsilon(),
                norm.activation());
    }

    /**
     * The gradient of the input.
     *
     * @param norm with the activation {@code IDENTITY} if {@code outputGradient} is the one before the ReLU
     * @param scaleGradient with the batch's statistics, the gradient of scale, and {@code shiftGradient} that of shift; with
     *     given statistics both are {@link #NONE}
     */
    void normInputGradient(
            long input,
            ImageShape shape,
            Norm norm,
            long outputGradient,
            long scaleGradient,
            long shiftGradient,
            long inputGradient,
            Accumulate accumulate) {
        int channels = shape.channels();
        run(
                DeviceKernel.NORM_INPUT_GRADIENT,
                threadsByChannelVector(shape),
                input,
                outputGradient,
                norm,
                scaleGradient,
                shiftGradient,
                inputGradient,
                channels,
                count(shape),
                norm.epsilon(),
                norm.activation(),
                accumulate);
    }

    // ---- pooling and shortcuts

    /** @param argmax a byte for each output value */
    void maxPool(long input, ImageShape shape, Window window, long output, long argmax) {
        if (window.size() > 15) {
            throw new IllegalArgumentException(
                    "A window of %d pixels has places no byte can count".formatted(window.size()));
        }
        ImageShape result = shape.through(window, shape.channels());
        int count = count(result);
        run(
                DeviceKernel.MAX_POOL,
                threads(count),
                input,
                output,
                argmax,
                shape,
                result.height(),
                result.width(),
                window,
                count);
    }

    void maxPoolGradient(
            long outputGradient,
            long argmax,
            ImageShape shape,
            Window window,
            long inputGradient,
            Accumulate accumulate) {
        ImageShape result = shape.through(window, shape.channels());
        int count = count(shape);
        run(
                DeviceKernel.MAX_POOL_GRADIENT,
                threads(count),
                outputGradient,
                argmax,
                inputGradient,
                shape,
                result.height(),
                result.width(),
                window,
                count,
                accumulate);
    }

    /** @param output floats */
    void globalAverage(long input, ImageShape shape, long output) {
        int count = shape.batch() * shape.channels();
        int pixels = shape.height() * shape.width();
        run(DeviceKernel.GLOBAL_AVERAGE, threads(count), input, output, pixels, shape.channels(), count);
    }

    void globalAverageGradient(long outputGradient, ImageShape shape, long inputGradient, Accumulate accumulate) {
        int pixels = shape.height() * shape.width();
        run(
                DeviceKernel.GLOBAL_AVERAGE_GRADIENT,
                threads(count(shape)),
                outputGradient,
                inputGradient,
                pixels,
                shape.channels(),
                count(shape),
                accumulate);
    }

    /** @param output of the shape {@code result}, whose additional channels are split evenly before and after */
    void padShortcut(long input, ImageShape shape, int stride, ImageShape result, long output) {
        int before = (result.channels() - shape.channels()) / 2;
        int count = count(result);
        run(DeviceKernel.PAD_SHORTCUT, threads(count), input, output, shape, result, before, stride, count);
    }

    void padShortcutGradient(
            long outputGradient,
            ImageShape shape,
            int stride,
            ImageShape result,
            long inputGradient,
            Accumulate accumulate) {
        int before = (result.channels() - shape.channels()) / 2;
        int count = count(shape);
        run(
                DeviceKernel.PAD_SHORTCUT_GRADIENT,
                threads(count),
                outputGradient,
                inputGradient,
                shape,
                result,
                before,
                stride,
                count,
                accumulate);
    }

    // ---- fully connected; everything here is floats, row-major: a row-major matrix is its transpose to BLAS

    /** {@code output = input * weight^T + bias}; needs {@link Element#FLOAT} maps for the bias. */
    void linear(long input, long weight, long bias, long output, int batch, int inputs, int outputs) {
        device.multiply(new MatrixProduct(
                Form.TRANSPOSED, Form.PLAIN, outputs, batch, inputs, weight, inputs, input, inputs, output, outputs));
        ImageShape shape = new ImageShape(batch, 1, 1, outputs);
        int threads = threadsByChannel(outputs, count(shape));
        int identity = 0;
        device.launch(Element.FLOAT, DeviceKernel.ADD_BIAS, threads, output, bias, outputs, count(shape), identity);
    }

    void linearInputGradient(long outputGradient, long weight, long inputGradient, int batch, int inputs, int outputs) {
        device.multiply(new MatrixProduct(
                Form.PLAIN,
                Form.PLAIN,
                inputs,
                batch,
                outputs,
                weight,
                inputs,
                outputGradient,
                outputs,
                inputGradient,
                inputs));
    }

    void linearParameterGradients(
            long input,
            long outputGradient,
            long weightGradient,
            long biasGradient,
            int batch,
            int inputs,
            int outputs) {
        device.multiply(new MatrixProduct(
                Form.PLAIN,
                Form.TRANSPOSED,
                inputs,
                outputs,
                batch,
                input,
                inputs,
                outputGradient,
                outputs,
                weightGradient,
                inputs));
        int count = batch * outputs;
        int threads = threadsByChannel(outputs, count);
        device.launch(Element.FLOAT, DeviceKernel.SUM_CHANNELS, threads, outputGradient, partialSums, count);
        run(DeviceKernel.SUMS_TO_FLOATS, outputs, reduce(1, threads, outputs), biasGradient);
    }

    // ---- loss

    void softmax(long logits, long probabilities, int batch, int classes) {
        run(DeviceKernel.SOFTMAX, batch, logits, probabilities, classes);
    }

    /**
     * Writes the gradient of the summed cross-entropy, and two doubles: that sum, and how many predictions are correct.
     *
     * @param gradient may be where the logits are not
     */
    void crossEntropy(long logits, long labels, long gradient, long totals, int batch, int classes) {
        run(DeviceKernel.SOFTMAX_CROSS_ENTROPY, batch, logits, labels, gradient, partialSums, classes);
        run(DeviceKernel.REDUCE_SUMS, 2, reduce(2, batch, 1), totals, 1, 1); // copies
    }

    // ---- optimisers

    /**
     * Applies an update to parts of the vectors, wherever it was made for.
     *
     * @param gradients laid out as {@code parameters}
     * @param state address of the optimiser's first vector, {@code length} floats before the next one
     */
    public void update(
            ParameterUpdate update, VectorParts parts, long parameters, long gradients, long state, long length) {
        int threads = parts.parts() * BLOCK;
        if (update instanceof ParameterUpdate.Momentum step) {
            run(
                    DeviceKernel.MOMENTUM_UPDATE,
                    threads,
                    parts.address(),
                    parameters,
                    gradients,
                    state,
                    step.gradientScale(),
                    step.decay(),
                    step.momentum(),
                    step.inner(),
                    step.blend(),
                    step.keep(),
                    step.outer());
        } else if (update instanceof ParameterUpdate.Adam step) {
            run(
                    DeviceKernel.ADAM_UPDATE,
                    threads,
                    parts.address(),
                    parameters,
                    gradients,
                    state,
                    state + length * Float.BYTES,
                    step.gradientScale(),
                    step.beta1(),
                    step.beta2(),
                    step.epsilon(),
                    step.rate(),
                    step.correction(),
                    step.keep());
        }
    }

    @Override
    public void close() {
        scratch.close();
    }
}
