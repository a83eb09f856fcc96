package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.kernel.BufferPlan;
import io.resnetspark.model.kernel.InferenceProgram;
import io.resnetspark.model.kernel.InferenceStep;
import io.resnetspark.model.kernel.InferenceStep.Connect;
import io.resnetspark.model.kernel.InferenceStep.Convolve;
import io.resnetspark.model.kernel.InferenceStep.GlobalAverage;
import io.resnetspark.model.kernel.InferenceStep.MaxPool;
import io.resnetspark.model.kernel.InferenceStep.Value;
import io.resnetspark.model.kernel.StraightNetwork;
import io.resnetspark.model.program.ImageShape;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A folded network as a list of device operations on a few reused buffers, in single precision. A convolution adds to the
 * buffer where its addend lies; bias and ReLU follow in one pass.
 */
final class CudnnInference implements InferenceProgram {

    private final Device device;
    private final CudnnNetwork weights;
    private final Operations operations;
    private final int batch;
    private final int imageLength;
    private final int classes;
    private final int width;
    private final BufferPlan plan;
    private final List<Long> buffers = new ArrayList<>();
    private final List<DeviceConvolution> convolutions = new ArrayList<>();
    private final List<Runnable> work = new ArrayList<>();
    private final long images;
    private final long logits;
    private final long features;
    private long winners;
    private long workspace;
    private boolean closed;

    /** @param weights the network's; not closed with this program */
    CudnnInference(Device device, StraightNetwork network, CudnnNetwork weights, int batch) {
        this.device = device;
        this.weights = weights;
        this.batch = batch;
        this.imageLength = Math.toIntExact(network.images().shape().length());
        this.classes = network.logits().shape().channels();
        this.width = network.features().shape().channels();
        this.plan = BufferPlan.of(network);
        synchronized (device) {
            operations = new Operations(device, Element.FLOAT);
            for (long length : plan.lengths()) {
                buffers.add(device.allocate(length * batch * Float.BYTES));
            }
            images = address(network.images());
            logits = address(network.logits());
            features = address(network.features());
            for (InferenceStep step : network.steps()) {
                work.add(work(step));
            }
            long workspaceBytes = convolutions.stream()
                    .mapToLong(DeviceConvolution::workspaceBytes)
                    .max()
                    .orElse(0);
            workspace = device.allocate(workspaceBytes);
            long pooled = network.steps().stream()
                    .filter(step -> step instanceof MaxPool)
                    .mapToLong(step -> batched(step.writes()).length())
                    .max()
                    .orElse(0);
            winners = device.allocate(pooled);
        }
    }

    private Runnable work(InferenceStep step) {
        if (step instanceof Convolve convolve) {
            return convolution(convolve);
        }
        long input = address(step.reads().get(0));
        long output = address(step.writes());
        ImageShape shape = batched(step.reads().get(0));
        if (step instanceof MaxPool pool) {
            return () -> operations.maxPool(input, shape, pool.window(), output, winners);
        }
        if (step instanceof GlobalAverage) {
            return () -> operations.globalAverage(input, shape, output);
        }
        Connect connect = (Connect) step;
        CudnnNetwork.Parameters parameters = weights.parameters(step);
        int outputs = connect.writes().shape().channels();
        return () -> operations.linear(
                input, parameters.weight(), parameters.bias(), output, batch, shape.channels(), outputs);
    }

    private Runnable convolution(Convolve step) {
        ImageShape output = batched(step.writes());
        DeviceConvolution convolution =
                device.convolution(Element.FLOAT, batched(step.input()), output.channels(), step.window());
        convolutions.add(convolution);
        CudnnNetwork.Parameters parameters = weights.parameters(step);
        long from = address(step.input());
        long to = address(step.writes());
        // The plan puts the result where the addend is.
        Write write = step.addend().isPresent() ? Write.ADD : Write.REPLACE;
        return () -> {
            convolution.forward(from, parameters.weight(), to, workspace, write);
            operations.addBias(to, output, parameters.bias(), step.activation());
        };
    }

    private ImageShape batched(Value value) {
        return MemoryPlan.batched(value, batch);
    }

    private long address(Value value) {
        return buffers.get(plan.buffer(value));
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public void run(float[] imageValues, int first, int count, float[] logitValues, float[] featureValues) {
        synchronized (device) {
            if (closed) {
                throw new IllegalStateException("The program is closed");
            }
            // The other images of the batch keep what they were: they are computed, but nobody looks at their logits.
            try (FloatPointer host = new FloatPointer((long) count * imageLength)) {
                host.put(imageValues, first * imageLength, count * imageLength);
                device.upload(host, images, (long) count * imageLength * Float.BYTES);
            }
            work.forEach(Runnable::run);
            read(logits, classes, logitValues, first, count);
            read(features, width, featureValues, first, count);
        }
    }

    private void read(long address, int length, float[] values, int first, int count) {
        try (FloatPointer host = new FloatPointer((long) count * length)) {
            device.download(address, host, (long) count * length * Float.BYTES);
            host.get(values, first * length, count * length);
        }
    }

    @Override
    public void close() {
        synchronized (device) {
            if (!closed) {
                closed = true;
                work.clear();
                convolutions.forEach(DeviceConvolution::close);
                buffers.forEach(device::free);
                device.free(workspace);
                device.free(winners);
                operations.close();
            }
        }
    }
}
