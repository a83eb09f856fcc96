package io.resnetspark.model.kernel.onednn.training;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import io.resnetspark.model.kernel.HostArrays;
import io.resnetspark.model.kernel.SoftmaxLoss;
import io.resnetspark.model.kernel.onednn.primitive.Call;
import io.resnetspark.model.kernel.onednn.primitive.NativeBlock;
import io.resnetspark.model.kernel.onednn.training.TrainingStep.Mode;
import io.resnetspark.model.program.BatchLoss;
import io.resnetspark.model.program.BatchStatistics;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.Step;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A program in training for one batch size, as oneDNN's primitives in the order of computation. */
public final class OneDnnTrainingProgram implements AutoCloseable {

    private final Program program;
    private final ImageShape images;
    private final TrainingMemory memory;
    private final Call upload;
    private final FloatBuffer logits;
    private final List<TrainingStep> steps = new ArrayList<>();
    private final List<BatchNormStep> norms = new ArrayList<>();
    private final List<TrainingStep> backwardSteps = new ArrayList<>();

    /**
     * @param program for one image
     * @param maps type of the maps
     * @param parameters the flat vector; neither it nor the gradients are closed with this
     * @param weights how they lie in both
     */
    public OneDnnTrainingProgram(
            Program program,
            Element maps,
            int batch,
            NativeBlock parameters,
            NativeBlock gradients,
            StoredWeights weights) {
        this.program = program;
        this.images = program.images().batch(batch);
        this.memory = new TrainingMemory(program, maps, batch, parameters, gradients, weights);
        memory.desc floats = memory.map(program.images(), data_type.f32);
        this.upload = Call.reorder(floats, memory.map(program.images()))
                .array(DNNL_ARG_FROM, floats)
                .fixed(DNNL_ARG_TO, memory.value(program.images()));
        this.logits = memory.valueBlock(program.logits()).floats();
        FloatBuffer vector = parameters.floats();
        for (Step step : program.steps()) {
            TrainingStep calls = calls(step, vector);
            steps.add(calls);
            if (calls instanceof BatchNormStep norm) {
                norms.add(norm);
            }
            if (memory.plan().hasBackward(step)) {
                backwardSteps.add(0, calls);
            }
        }
    }

    private TrainingStep calls(Step step, FloatBuffer vector) {
        if (step instanceof Step.Convolution convolution) {
            return new ConvolutionStep(convolution, memory);
        } else if (step instanceof Step.BatchNorm norm) {
            return new BatchNormStep(norm, memory, vector);
        } else if (step instanceof Step.Relu relu) {
            return MapSteps.relu(relu, memory);
        } else if (step instanceof Step.ResidualAdd add) {
            return MapSteps.residualAdd(add, memory);
        } else if (step instanceof Step.PadShortcut pad) {
            return MapSteps.padShortcut(pad, memory);
        } else if (step instanceof Step.MaxPool pool) {
            return MapSteps.maxPool(pool, memory);
        } else if (step instanceof Step.GlobalAverage average) {
            return MapSteps.globalAverage(average, memory);
        } else {
            return new LinearStep((Step.Linear) step, memory);
        }
    }

    /** Shape of the batches. */
    public ImageShape images() {
        return images;
    }

    /** Memory between images and loss, what was made so far. */
    public long bytes() {
        return memory.bytes();
    }

    /**
     * How long the calls of a step took, in nanoseconds.
     *
     * @param backward 0 where the step has nothing to do on the way back
     */
    public record StepTime(Step step, long forward, long backward) {}

    /** @param batch of the shape {@link #images}, or its features */
    public void forward(INDArray batch, Mode mode) {
        upload.run(HostArrays.rowMajor(batch));
        steps.forEach(step -> step.forward(mode));
    }

    /** Forward pass to train, loss and backward pass, step by step in their order of computation. */
    public List<StepTime> profile(INDArray batch, INDArray labels) {
        upload.run(HostArrays.rowMajor(batch));
        long[] forward = new long[steps.size()];
        long[] backward = new long[steps.size()];
        for (int i = 0; i < forward.length; i++) {
            long start = System.nanoTime();
            steps.get(i).forward(Mode.TRAIN);
            forward[i] = System.nanoTime() - start;
        }
        writeGradient(labels);
        for (TrainingStep step : backwardSteps) {
            long start = System.nanoTime();
            step.backward();
            backward[steps.indexOf(step)] = System.nanoTime() - start;
        }
        return IntStream.range(0, forward.length)
                .mapToObj(i -> new StepTime(program.steps().get(i), forward[i], backward[i]))
                .toList();
    }

    /** Loss and backward pass after the forward pass to train. */
    public BatchLoss backward(INDArray labels) {
        BatchLoss loss = writeGradient(labels);
        backwardSteps.forEach(TrainingStep::backward);
        boolean numbers = norms.stream().allMatch(BatchNormStep::sawNumbers);
        return numbers ? loss : new BatchLoss(Double.NaN, loss.correct());
    }

    /** The loss, and its gradient for the backward pass. */
    private BatchLoss writeGradient(INDArray labels) {
        if (!Arrays.equals(labels.shape(), new long[] {images.batch(), program.classes()})) {
            throw new IllegalArgumentException("Labels must be [%d, %d], not %s"
                    .formatted(images.batch(), program.classes(), Arrays.toString(labels.shape())));
        }
        float[] values = logits();
        BatchLoss loss = SoftmaxLoss.gradient(values, HostArrays.values(labels), program.classes());
        memory.gradientBlock(program.logits()).floats().put(0, values);
        return loss;
    }

    private float[] logits() {
        float[] values = new float[images.batch() * program.classes()];
        logits.get(0, values);
        return values;
    }

    /** What each batch norm that learns saw in a forward pass to train. */
    List<BatchStatistics> statistics() {
        return norms.stream()
                .filter(BatchNormStep::learns)
                .map(BatchNormStep::statistics)
                .toList();
    }

    /** The softmax of the logits after the forward pass, {@code [N, classes]}. */
    float[] probabilities() {
        float[] values = logits();
        SoftmaxLoss.softmax(values, program.classes());
        return values;
    }

    @Override
    public void close() {
        steps.clear();
        norms.clear();
        backwardSteps.clear();
        memory.close();
    }
}
