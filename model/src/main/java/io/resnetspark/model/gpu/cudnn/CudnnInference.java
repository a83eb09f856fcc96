package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.InferenceExecutor;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.PreparedProgram;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Value;
import org.bytedeco.javacpp.FloatPointer;

/** A folded program's parameters on the device, packed once for all executors; in single precision. */
final class CudnnInference implements PreparedProgram {

    private final Device device;
    private final Program program;
    private final MemoryPlan plan;
    private final long vector;
    private final DeviceParameters parameters;

    CudnnInference(Device device, InferenceProgram inference) {
        this.device = device;
        this.program = inference.program();
        this.plan = MemoryPlan.inference(program, Element.FLOAT);
        long bytes = (long) program.parameters() * Float.BYTES;
        synchronized (device) {
            vector = device.allocate(bytes);
            try (FloatPointer host = new FloatPointer(inference.parameters());
                    Operations operations = new Operations(device, Element.FLOAT)) {
                device.upload(host, vector, bytes);
                parameters = new DeviceParameters(device, program, Element.FLOAT, vector, Operations.NONE);
                parameters.pack(operations);
            } catch (RuntimeException e) {
                device.free(vector);
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
            device.free(vector);
        }
    }

    private final class Executor implements InferenceExecutor {

        private final int imageLength = Math.toIntExact(program.images().shape().length());
        private final Operations operations;
        private final DeviceProgram executed;
        private boolean closed;

        Executor(int batch) {
            synchronized (device) {
                operations = new Operations(device, Element.FLOAT);
                device.multiplyIn(TrainingPrecision.TF32);
                try {
                    executed = new DeviceProgram(device, operations, program, plan, batch, parameters);
                } catch (RuntimeException e) {
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
                device.multiplyIn(TrainingPrecision.TF32);
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
