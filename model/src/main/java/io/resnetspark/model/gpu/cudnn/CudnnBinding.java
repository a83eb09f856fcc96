package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.gpu.DeviceBinding;
import io.resnetspark.model.gpu.Nd4jBackends;
import io.resnetspark.model.gpu.NvidiaGpu;
import io.resnetspark.model.kernel.Kernels;
import java.util.Optional;

/** The kernels of this package: one device for the whole process, chosen before anything has computed. */
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

    @Override
    public void bind(int ordinal) {
        choose(ordinal);
        Kernels kernels = Kernels.ofThisProcess();
        if (!(kernels instanceof CudnnKernels)) {
            throw new ConfigurationException(
                    "This process has computed with %s before it was asked for cuDNN; start another"
                            .formatted(kernels.description()));
        }
    }

    /** @throws ConfigurationException if the process is set to other kernels or another device */
    private static synchronized void choose(int ordinal) {
        String wanted = System.getProperty(Kernels.SETTING, "auto");
        if (!wanted.equals("auto") && !wanted.equals(NAME)) {
            throw new ConfigurationException(
                    "The device is cudnn, but %s is %s; leave that out".formatted(Kernels.SETTING, wanted));
        }
        int chosen = Integer.getInteger(CudaDevice.SETTING, ordinal);
        if (chosen != ordinal) {
            throw new ConfigurationException(
                    "This process computes on device %d and was given device %d too; one process uses one GPU: device.gpus-per-executor must be 1"
                            .formatted(chosen, ordinal));
        }
        System.setProperty(Kernels.SETTING, NAME);
        System.setProperty(CudaDevice.SETTING, Integer.toString(ordinal));
    }

    @Override
    public long usedBytes(int ordinal) {
        return CudaDevice.ofThisProcess().usedBytes();
    }
}
