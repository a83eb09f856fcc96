package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.device.Device;
import io.resnetspark.model.gpu.device.DeviceMemory;
import io.resnetspark.model.gpu.device.DeviceParameters;
import io.resnetspark.model.gpu.device.DeviceProgram;
import io.resnetspark.model.gpu.device.Operations;
import io.resnetspark.model.program.InferenceExecutor;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.PreparedProgram;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Value;
import org.bytedeco.javacpp.FloatPointer;

/** A folded program's parameters on the device, packed once for all executors. */
final class CudnnInference implements PreparedProgram {

    private final Device device;
    private final Program program;
    private final TrainingPrecision precision;
    private final MemoryPlan plan;
    private final DeviceMemory vector;
    private final DeviceParameters parameters;

    CudnnInference(Device device, InferenceProgram inference) {
        this.device = device;
        this.program = inference.program();
        this.precision = arithmetic(inference.precision());
        this.plan = MemoryPlan.inference(program, precision.maps());
        long bytes = (long) program.parameters() * Float.BYTES;
        synchronized (device) {
            vector = new DeviceMemory(device, bytes);
            try (FloatPointer host = new FloatPointer(inference.parameters())) {
                device.upload(host, vector.address(), bytes);
                parameters = packed();
            } catch (RuntimeException | Error e) {
                vector.close();
                throw e;
            }
        }
    }

    /** Single precision is exact: nobody has asked for TF32. */
    private static TrainingPrecision arithmetic(InferencePrecision asked) {
        return switch (asked) {
            case FP32 -> TrainingPrecision.FP32;
            case BF16 -> TrainingPrecision.BF16;
            case INT8 -> throw new IllegalArgumentException("cuDNN's kernels do not compute in 8-bit integers");
        };
    }

    private DeviceParameters packed() {
        try (Operations operations = new Operations(device, precision)) {
            DeviceParameters packed =
                    new DeviceParameters(device, operations, program, vector.address(), Operations.NONE);
            try {
                packed.pack();
                return packed;
            } catch (RuntimeException | Error e) {
                packed.close();
                throw e;
            }
        }
    }

    @Override
    public InferenceExecutor executor(int largestBatch) {
        return new Executor(largestBatch);
    }

    @Override
    public void close() {
        synchronized (device) {
            parameters.close();
            vector.close();
        }
    }

    private final class Executor implements InferenceExecutor {

        private final int imageLength = Math.toIntExact(program.images().shape().length());
        private final Operations operations;
        private final DeviceProgram executed;
        private boolean closed;

        Executor(int batch) {
            synchronized (device) {
                operations = new Operations(device, precision);
                device.multiplyIn(precision);
                try {
                    executed = new DeviceProgram(device, operations, program, plan, batch, parameters);
                } catch (RuntimeException | Error e) {
                    operations.close();
                    throw e;
                }
            }
        }

        @Override
        public int batch() {
            return executed.batch();
        }

        @Override
        public void run(float[] images, int first, int count, float[] logits, float[] features) {
            synchronized (device) {
                if (closed) {
                    throw new IllegalStateException("The executor is closed");
                }
                // The other images of the batch are computed too, but nobody looks at their logits.
                try (FloatPointer host = new FloatPointer((long) count * imageLength)) {
                    host.put(images, first * imageLength, count * imageLength);
                    executed.upload(host, count);
                }
                device.multiplyIn(precision);
                executed.forward(DeviceProgram.Mode.EVALUATE);
                read(program.logits(), logits, first, count);
                read(program.features(), features, first, count);
            }
        }

        private void read(Value vectors, float[] values, int first, int count) {
            int length = vectors.channels();
            try (FloatPointer host = new FloatPointer((long) count * length)) {
                executed.download(vectors, host, count);
                host.get(values, first * length, count * length);
            }
        }

        @Override
        public void close() {
            synchronized (device) {
                if (!closed) {
                    closed = true;
                    executed.close();
                    operations.close();
                }
            }
        }
    }
}
