package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.gpu.DeviceBinding;
import io.resnetspark.model.gpu.Nd4jBackends;
import io.resnetspark.model.gpu.NvidiaGpu;
import io.resnetspark.model.kernel.Kernels;
import java.util.Optional;

/** The kernels of this package: threads of a process may be bound to several devices. */
public record CudnnBinding() implements DeviceBinding {

    private static final String NAME = "cudnn";

    /**
     * That of this application, whose kernels compute beside ND4J's CPU backend.
     *
     * @throws ConfigurationException if it was built for ND4J's CUDA backend
     */
    public static DeviceBinding ofThisApplication() {
        Nd4jBackends.onTheClassPath().whyNotCpu().ifPresent(problem -> {
            throw new ConfigurationException(problem);
        });
        return new CudnnBinding();
    }

    @Override
    public Optional<String> refusal(NvidiaGpu device) {
        CudnnRequirements.Chip chip = new CudnnRequirements.Chip(device.name(), 10 * device.major() + device.minor());
        return CudnnRequirements.problems(chip).stream().findFirst();
    }

    /** Each device is opened once in a process, by the first thread that is bound to it. */
    @Override
    public void bind(int ordinal) {
        String wanted = System.getProperty(Kernels.SETTING, "auto");
        if (!wanted.equals("auto") && !wanted.equals(NAME)) {
            throw new ConfigurationException(
                    "The device is cudnn, but %s is %s; leave that out".formatted(Kernels.SETTING, wanted));
        }
        Kernels.bind(CudnnKernels.open(ordinal));
    }

    @Override
    public long usedBytes(int ordinal) {
        return CudaDevice.open(ordinal).usedBytes();
    }
}
