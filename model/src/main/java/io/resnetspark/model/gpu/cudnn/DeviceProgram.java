package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.cudnn.Stage.Mode;
import io.resnetspark.model.kernel.InferenceStep.Value;
import io.resnetspark.model.kernel.TrainingNetwork;
import io.resnetspark.model.kernel.TrainingStep;
import io.resnetspark.model.kernel.TrainingStep.Connect;
import io.resnetspark.model.kernel.TrainingStep.Convolve;
import io.resnetspark.model.kernel.TrainingStep.GlobalAverage;
import io.resnetspark.model.kernel.TrainingStep.MaxPool;
import io.resnetspark.model.kernel.TrainingStep.Normalise;
import io.resnetspark.model.kernel.TrainingStep.Pad;
import io.resnetspark.model.kernel.TrainingStep.Rectify;
import io.resnetspark.model.kernel.TrainingStep.Sum;
import io.resnetspark.model.program.BatchLoss;
import io.resnetspark.model.program.ImageShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;

/** A {@link TrainingNetwork} on the device for minibatches of one size: its stages, and the memory between them. */
final class DeviceProgram implements AutoCloseable {

    private final Device device;
    private final Operations operations;
    private final TrainingNetwork network;
    private final int batch;
    private final MemoryPlan plan;
    private final StageMemory memory;
    private final List<Stage> stages = new ArrayList<>();

    /**
     * @param operations for the type of maps to train with
     * @param parameters address of the flat parameters
     * @param gradients address of their gradient
     */
    DeviceProgram(
            Device device,
            Operations operations,
            Element maps,
            TrainingNetwork network,
            int batch,
            long parameters,
            long gradients) {
        this.device = device;
        this.operations = operations;
        this.network = network;
        this.batch = batch;
        Map<TrainingStep, DeviceConvolution> convolutions = new HashMap<>();
        try {
            long workspaceBytes = 0;
            for (TrainingStep step : network.steps()) {
                if (step instanceof Convolve convolve) {
                    DeviceConvolution convolution = device.convolution(
                            maps,
                            MemoryPlan.batched(convolve.input(), batch),
                            convolve.writes().shape().channels(),
                            convolve.window());
                    convolutions.put(step, convolution);
                    workspaceBytes = Math.max(workspaceBytes, convolution.workspaceBytes());
                }
            }
            plan = new MemoryPlan(network, batch, maps, workspaceBytes);
            plan.requireFits(device.freeBytes());
            memory = new StageMemory(plan, device.allocate(plan.bytes()), parameters, gradients);
        } catch (RuntimeException e) {
            convolutions.values().forEach(DeviceConvolution::close);
            throw e;
        }
        for (TrainingStep step : network.steps()) {
            stages.add(stage(step, convolutions));
        }
    }

    private Stage stage(TrainingStep step, Map<TrainingStep, DeviceConvolution> convolutions) {
        if (step instanceof Convolve convolve) {
            return new ConvolveStage(operations, memory, convolve, convolutions.get(step));
        }
        if (step instanceof Normalise normalise) {
            return new NormaliseStage(operations, memory, normalise);
        }
        if (step instanceof Rectify rectify) {
            return new RectifyStage(operations, memory, rectify);
        }
        if (step instanceof Sum sum) {
            return new SumStage(operations, memory, sum);
        }
        if (step instanceof MaxPool pool) {
            return new MaxPoolStage(operations, memory, pool);
        }
        if (step instanceof GlobalAverage average) {
            return new GlobalAverageStage(operations, memory, average);
        }
        if (step instanceof Pad pad) {
            return new PadStage(operations, memory, pad);
        }
        return new ConnectStage(operations, memory, (Connect) step);
    }

    int batch() {
        return batch;
    }

    int classes() {
        return network.classes();
    }

    /** Shape of the minibatches. */
    ImageShape images() {
        return plan.batched(network.images());
    }

    void requireLabels(long[] shape) {
        if (shape.length != 2 || shape[0] != batch || shape[1] != classes()) {
            throw new IllegalArgumentException(
                    "Labels must be [%d, %d], not %s".formatted(batch, classes(), Arrays.toString(shape)));
        }
    }

    /**
     * Forward and backward pass.
     *
     * @param images floats of the host
     * @param labels floats of the host
     */
    BatchLoss step(Pointer images, Pointer labels) {
        forward(images, Mode.TRAIN);
        device.upload(labels, address(plan.labels()), (long) batch * network.classes() * Float.BYTES);
        Value logits = network.logits();
        long totals = address(plan.totals());
        operations.crossEntropy(
                memory.value(logits),
                address(plan.labels()),
                memory.gradient(logits),
                totals,
                batch,
                network.classes());
        for (int i = stages.size() - 1; i >= 0; i--) {
            if (plan.gradients().runs(network.steps().get(i))) {
                stages.get(i).backward();
            }
        }
        try (DoublePointer results = new DoublePointer(2)) {
            device.download(totals, results, 2 * Double.BYTES);
            return new BatchLoss(results.get(0), (int) results.get(1));
        }
    }

    /**
     * Forward pass by the running statistics.
     *
     * @param probabilities of the host, {@code [batch, classes]} floats
     */
    void probabilities(Pointer images, Pointer probabilities) {
        forward(images, Mode.EVALUATE);
        Value logits = network.logits();
        operations.softmax(memory.value(logits), memory.gradient(logits), batch, network.classes());
        device.download(memory.gradient(logits), probabilities, (long) batch * network.classes() * Float.BYTES);
    }

    private void forward(Pointer images, Mode mode) {
        int count = memory.count(network.images());
        long floats = address(plan.floatImages());
        device.upload(images, floats, (long) count * Float.BYTES);
        if (plan.type(network.images()) != Element.FLOAT) {
            operations.toElements(floats, memory.value(network.images()), count);
        }
        stages.forEach(stage -> stage.forward(mode));
    }

    private long address(long offset) {
        return memory.start() + offset;
    }

    @Override
    public void close() {
        stages.forEach(Stage::close);
        device.free(memory.start());
    }
}
