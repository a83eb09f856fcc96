package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.kernel.InferenceProgram;
import io.resnetspark.model.kernel.InferenceStep;
import io.resnetspark.model.kernel.InferenceStep.Connect;
import io.resnetspark.model.kernel.InferenceStep.Convolve;
import io.resnetspark.model.kernel.PreparedNetwork;
import io.resnetspark.model.kernel.StraightNetwork;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;

/** A network's folded weights on the device, packed once for all programs. */
final class CudnnNetwork implements PreparedNetwork {

    /**
     * Addresses of a step's parameters.
     *
     * @param weight packed, if it is a convolution's
     */
    record Parameters(long weight, long bias) {}

    private final Device device;
    private final StraightNetwork network;
    private final Map<InferenceStep, Parameters> parameters = new HashMap<>();

    CudnnNetwork(Device device, StraightNetwork network) {
        this.device = device;
        this.network = network;
        synchronized (device) {
            try (Operations operations = new Operations(device, Element.FLOAT)) {
                for (InferenceStep step : network.steps()) {
                    if (step instanceof Convolve convolve) {
                        parameters.put(step, convolution(operations, convolve));
                    } else if (step instanceof Connect connect) {
                        parameters.put(step, new Parameters(sent(connect.weight()), sent(connect.bias())));
                    }
                }
            }
        }
    }

    private Parameters convolution(Operations operations, Convolve step) {
        long plain = sent(step.weight());
        try {
            long packed = device.allocate((long) step.weight().length * Float.BYTES);
            operations.packWeight(
                    plain,
                    packed,
                    step.writes().shape().channels(),
                    step.input().shape().channels(),
                    step.window().size());
            return new Parameters(packed, sent(step.bias()));
        } finally {
            device.free(plain);
        }
    }

    private long sent(float[] values) {
        long address = device.allocate((long) values.length * Float.BYTES);
        try (FloatPointer host = new FloatPointer(values)) {
            device.upload(host, address, (long) values.length * Float.BYTES);
        }
        return address;
    }

    Parameters parameters(InferenceStep step) {
        return parameters.get(step);
    }

    @Override
    public InferenceProgram program(int largestBatch) {
        return new CudnnInference(device, network, this, largestBatch);
    }

    @Override
    public void close() {
        synchronized (device) {
            for (Parameters step : parameters.values()) {
                device.free(step.weight());
                device.free(step.bias());
            }
            parameters.clear();
        }
    }
}
