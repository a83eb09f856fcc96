package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.cudnn.DeviceProgram.Mode;
import io.resnetspark.model.program.BatchLoss;
import io.resnetspark.model.program.BatchStatistics;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.ParameterUpdate;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.ProgramTrainer;
import io.resnetspark.model.program.TrainingPrecision;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One piece of device memory holds parameters, gradient and the optimiser's vectors one after another; the program of the
 * latest minibatch size holds the rest.
 */
final class CudnnTrainer implements ProgramTrainer {

    private final Device device;
    private final TrainingPrecision precision;
    private final Element maps;
    private final Operations operations;
    private final int length;
    private final int stateVectors;
    private final long vectors;
    private final Function<ImageShape, Program> programs;
    private DeviceParameters parameters;
    private DeviceProgram program;
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
            operations = new Operations(device, maps);
            try {
                vectors = device.allocate(vectorBytes() * (2 + stateVectors));
            } catch (RuntimeException e) {
                operations.close();
                throw e;
            }
            device.clear(vectors, vectorBytes() * (2 + stateVectors));
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
            forgetProgram();
            return null;
        });
    }

    @Override
    public void write(int vector, float[] values) {
        if (values.length != length) {
            throw new IllegalArgumentException("%d values for a vector of %d".formatted(values.length, length));
        }
        try (FloatPointer host = new FloatPointer(values)) {
            onDevice(() -> {
                device.upload(host, address(vector), vectorBytes());
                return null;
            });
        }
    }

    @Override
    public float[] read(int vector) {
        long address = address(vector);
        float[] values = new float[length];
        try (FloatPointer host = new FloatPointer(length)) {
            onDevice(() -> {
                device.download(address, host, vectorBytes());
                return null;
            });
            host.get(values);
        }
        return values;
    }

    @Override
    public BatchLoss step(INDArray images, INDArray labels) {
        return onDevice(() -> {
            DeviceProgram fitting = program(images);
            if (!Arrays.equals(labels.shape(), new long[] {fitting.batch(), fitting.classes()})) {
                throw new IllegalArgumentException("Labels must be [%d, %d], not %s"
                        .formatted(fitting.batch(), fitting.classes(), Arrays.toString(labels.shape())));
            }
            forward(fitting, images, Mode.TRAIN);
            return fitting.backward(HostArray.of(labels));
        });
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
        parameters.pack(operations);
        fitting.forward(mode);
    }

    /** One program at a time: two would need memory for the maps of both. */
    private DeviceProgram program(INDArray images) {
        ImageShape shape = images.rank() == 2
                ? new ImageShape(Math.toIntExact(images.size(0)), 1, 1, Math.toIntExact(images.size(1)))
                : ImageShape.of(images.shape());
        if (program == null || !program.images().equals(shape)) {
            forgetProgram();
            Program one = programs.apply(new ImageShape(1, shape.height(), shape.width(), shape.channels()));
            if (parameters == null) {
                parameters = new DeviceParameters(device, one, maps, vectors, gradients());
            }
            program = new DeviceProgram(
                    device, operations, one, MemoryPlan.training(one, maps), shape.batch(), parameters);
        }
        return program;
    }

    private void forgetProgram() {
        if (program != null) {
            program.close();
            program = null;
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

    private double[] squares(long vector, List<ParameterSlice> parts) {
        double[] sums = new double[parts.size()];
        if (parts.isEmpty()) {
            return sums;
        }
        long bytes = (long) parts.size() * Double.BYTES;
        try (DoublePointer host = new DoublePointer(parts.size())) {
            onDevice(() -> {
                long results = device.allocate(bytes);
                try {
                    for (int i = 0; i < parts.size(); i++) {
                        ParameterSlice part = parts.get(i);
                        operations.squares(
                                vector + (long) part.offset() * Float.BYTES,
                                part.length(),
                                results + (long) i * Double.BYTES);
                    }
                    device.download(results, host, bytes);
                } finally {
                    device.free(results);
                }
                return null;
            });
            host.get(sums);
        }
        return sums;
    }

    @Override
    public void update(List<ParameterUpdate> updates) {
        onDevice(() -> {
            for (ParameterUpdate update : updates) {
                operations.update(update, vectors, gradients(), state(), length);
            }
            return null;
        });
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
                operations.close();
                device.free(vectors);
            }
        }
    }
}
