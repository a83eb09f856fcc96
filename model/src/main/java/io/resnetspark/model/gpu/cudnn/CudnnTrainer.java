package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.device.Device;
import io.resnetspark.model.gpu.device.DeviceMemory;
import io.resnetspark.model.gpu.device.DeviceParameters;
import io.resnetspark.model.gpu.device.DeviceProgram;
import io.resnetspark.model.gpu.device.DeviceProgram.Mode;
import io.resnetspark.model.gpu.device.HostArray;
import io.resnetspark.model.gpu.device.Operations;
import io.resnetspark.model.gpu.device.VectorCopies;
import io.resnetspark.model.gpu.device.VectorParts;
import io.resnetspark.model.program.BatchLoss;
import io.resnetspark.model.program.BatchStatistics;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageSamples;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.ParameterUpdate;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.ProgramTrainer;
import io.resnetspark.model.program.TrainingPrecision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One piece of device memory holds parameters, gradient and the optimiser's vectors one after another; the program of the
 * largest minibatch so far holds the rest, for smaller ones too.
 */
public final class CudnnTrainer implements ProgramTrainer {

    private final Device device;
    private final TrainingPrecision precision;
    private final Element maps;
    private final Operations operations;
    private final int length;
    private final int stateVectors;
    private final DeviceMemory memory;
    private final long vectors;
    private final Map<List<ParameterSlice>, VectorParts> parts = new HashMap<>();
    private final Function<ImageShape, Program> programs;
    private DeviceParameters parameters;
    private DeviceProgram program;
    private DeviceMemory table;
    private ImageSamples sampled;
    private VectorCopies copies;
    private boolean closed;

    /**
     * @param programs the network as it is frozen when this is asked, for images of a shape
     * @param length of the vector of parameters
     * @param stateVectors vectors of the optimiser
     */
    CudnnTrainer(
            Device device,
            TrainingPrecision precision,
            Function<ImageShape, Program> programs,
            int length,
            int stateVectors) {
        this.device = device;
        this.precision = precision;
        this.maps = precision.maps();
        this.programs = programs;
        this.length = length;
        this.stateVectors = stateVectors;
        synchronized (device) {
            operations = new Operations(device, precision);
            try {
                memory = new DeviceMemory(device, vectorBytes() * (2 + stateVectors));
                vectors = memory.address();
                clear();
            } catch (RuntimeException | Error e) {
                operations.close();
                throw e;
            }
        }
    }

    private void clear() {
        try {
            device.clear(vectors, vectorBytes() * (2 + stateVectors));
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    private long vectorBytes() {
        return (long) length * Float.BYTES;
    }

    private long gradients() {
        return vectors + vectorBytes();
    }

    private long state() {
        return vectors + 2 * vectorBytes();
    }

    private long address(int vector) {
        if (vector < 0 || vector > stateVectors) {
            throw new IllegalArgumentException("There is no vector %d among %d".formatted(vector, 1 + stateVectors));
        }
        return vector == PARAMETERS ? vectors : state() + (vector - 1) * vectorBytes();
    }

    @Override
    public void recompile() {
        onDevice(() -> {
            settleAndForget();
            parts.values().forEach(VectorParts::close);
            parts.clear();
            return null;
        });
    }

    @Override
    public void write(int vector, float[] values) {
        if (values.length != length) {
            throw new IllegalArgumentException("%d values for a vector of %d".formatted(values.length, length));
        }
        onDevice(() -> {
            copies().write(values, address(vector));
            return null;
        });
    }

    /** Made when needed: in a round, each vector comes and goes once. */
    private VectorCopies copies() {
        if (copies == null) {
            copies = new VectorCopies(device, length);
        }
        return copies;
    }

    @Override
    public float[] read(int vector) {
        return copy(address(vector));
    }

    private float[] copy(long address) {
        float[] values = new float[length];
        onDevice(() -> {
            copies().read(address, values);
            return null;
        });
        return values;
    }

    /** A copy of the gradient of the newest step, summed over its images. */
    float[] gradient() {
        return copy(gradients());
    }

    @Override
    public boolean takesSamples() {
        return true;
    }

    @Override
    public void readSamples(ImageSamples samples) {
        float[] values = samples.table();
        onDevice(() -> {
            DeviceMemory next = new DeviceMemory(device, (long) values.length * Float.BYTES);
            try (FloatPointer host = new FloatPointer(values)) {
                device.upload(host, next.address(), (long) values.length * Float.BYTES);
            } catch (RuntimeException | Error e) {
                next.close();
                throw e;
            }
            if (table != null) {
                table.close();
            }
            table = next;
            sampled = samples;
            return null;
        });
    }

    @Override
    public BatchLoss step(INDArray images, INDArray labels) {
        return begin(images, labels).get();
    }

    @Override
    public Supplier<BatchLoss> begin(INDArray images, INDArray labels) {
        Supplier<BatchLoss> loss = onDevice(() -> {
            boolean samples = images.dataType() == DataType.UINT8;
            if (samples && table == null) {
                throw new IllegalStateException("Nobody has said what samples are for the network");
            }
            DeviceProgram fitting =
                    samples ? program(sampled.image().withBatch(Math.toIntExact(images.size(0)))) : program(images);
            if (!Arrays.equals(labels.shape(), new long[] {fitting.batch(), fitting.classes()})) {
                throw new IllegalArgumentException("Labels must be [%d, %d], not %s"
                        .formatted(fitting.batch(), fitting.classes(), Arrays.toString(labels.shape())));
            }
            return samples
                    ? fitting.train(HostArray.ofSamples(images), sampled.coloured(), table, HostArray.of(labels))
                    : fitting.train(HostArray.of(images), HostArray.of(labels));
        });
        return () -> onDevice(loss);
    }

    @Override
    public List<BatchStatistics> statistics(INDArray images) {
        return onDevice(() -> {
            DeviceProgram fitting = program(images);
            forward(fitting, images, Mode.TRAIN);
            return fitting.statistics();
        });
    }

    @Override
    public INDArray probabilities(INDArray images) {
        return onDevice(() -> {
            DeviceProgram fitting = program(images);
            INDArray result = Nd4j.createUninitializedDetached(DataType.FLOAT, fitting.batch(), fitting.classes());
            forward(fitting, images, Mode.EVALUATE);
            fitting.probabilities(HostArray.target(result));
            return result;
        });
    }

    private void forward(DeviceProgram fitting, INDArray images, Mode mode) {
        fitting.upload(HostArray.of(images), fitting.batch());
        parameters.pack();
        fitting.forward(mode);
    }

    private DeviceProgram program(INDArray images) {
        return program(
                images.rank() == 2
                        ? new ImageShape(Math.toIntExact(images.size(0)), 1, 1, Math.toIntExact(images.size(1)))
                        : ImageShape.of(images.shape()));
    }

    /** One program at a time: two would need memory for the maps of both. */
    private DeviceProgram program(ImageShape shape) {
        ImageShape image = new ImageShape(1, shape.height(), shape.width(), shape.channels());
        if (program == null
                || shape.batch() > program.batch()
                || !program.image().equals(image)) {
            settleAndForget();
            Program one = programs.apply(image);
            if (parameters == null) {
                parameters = new DeviceParameters(device, operations, one, vectors, gradients());
            }
            program = new DeviceProgram(
                    device, operations, one, MemoryPlan.training(one, maps), shape.batch(), parameters);
        }
        return program.withBatch(shape.batch());
    }

    /** Losses that nobody has asked for yet are kept. */
    private void settleAndForget() {
        if (program != null) {
            program.settle();
        }
        forgetProgram();
    }

    private void forgetProgram() {
        if (program != null) {
            DeviceProgram forgotten = program;
            program = null;
            forgotten.close();
        }
    }

    @Override
    public double[] parameterSquares(List<ParameterSlice> parts) {
        return squares(vectors, parts);
    }

    @Override
    public double[] gradientSquares(List<ParameterSlice> parts) {
        return squares(gradients(), parts);
    }

    private double[] squares(long vector, List<ParameterSlice> slices) {
        double[] sums = new double[slices.size()];
        if (slices.isEmpty()) {
            return sums;
        }
        try (DoublePointer host = new DoublePointer(slices.size())) {
            onDevice(() -> {
                device.download(operations.squares(vector, parts(slices)), host, (long) slices.size() * Double.BYTES);
                return null;
            });
            host.get(sums);
        }
        return sums;
    }

    /** What is the same for several ranges is one launch. */
    @Override
    public void update(List<ParameterUpdate> updates) {
        Map<ParameterUpdate, List<ParameterSlice>> ranges = new LinkedHashMap<>();
        for (ParameterUpdate update : updates) {
            ranges.computeIfAbsent(anywhere(update), same -> new ArrayList<>())
                    .add(new ParameterSlice(update.start(), update.end() - update.start()));
        }
        onDevice(() -> {
            ranges.forEach((update, slices) ->
                    operations.update(update, parts(slices), vectors, gradients(), state(), length));
            return null;
        });
    }

    /** An update without its range. */
    private static ParameterUpdate anywhere(ParameterUpdate update) {
        if (update instanceof ParameterUpdate.Momentum m) {
            return new ParameterUpdate.Momentum(
                    0, 0, m.gradientScale(), m.decay(), m.momentum(), m.inner(), m.blend(), m.keep(), m.outer());
        }
        ParameterUpdate.Adam a = (ParameterUpdate.Adam) update;
        return new ParameterUpdate.Adam(
                0, 0, a.gradientScale(), a.beta1(), a.beta2(), a.epsilon(), a.rate(), a.correction(), a.keep());
    }

    /** Kept for the next step. */
    private VectorParts parts(List<ParameterSlice> slices) {
        return parts.computeIfAbsent(slices, these -> new VectorParts(device, these));
    }

    /** Threads take turns: libraries and scratch memory of a device serve one at a time. */
    private <T> T onDevice(Supplier<T> work) {
        synchronized (device) {
            if (closed) {
                throw new IllegalStateException("The training is closed");
            }
            device.multiplyIn(precision);
            return work.get();
        }
    }

    @Override
    public void close() {
        synchronized (device) {
            if (!closed) {
                closed = true;
                forgetProgram();
                if (parameters != null) {
                    parameters.close();
                }
                if (table != null) {
                    table.close();
                }
                if (copies != null) {
                    copies.close();
                }
                parts.values().forEach(VectorParts::close);
                operations.close();
                memory.close();
            }
        }
    }
}
