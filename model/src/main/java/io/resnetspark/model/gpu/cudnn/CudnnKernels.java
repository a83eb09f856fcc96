package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.device.Device;
import io.resnetspark.model.kernel.BatchNormKernel;
import io.resnetspark.model.kernel.ConvolutionKernel;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.KernelsProvider;
import io.resnetspark.model.kernel.LinearKernel;
import io.resnetspark.model.kernel.PadShortcutKernel;
import io.resnetspark.model.kernel.PoolingKernel;
import io.resnetspark.model.kernel.ReluKernel;
import io.resnetspark.model.kernel.ResidualAddKernel;
import io.resnetspark.model.kernel.Statistics;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.PreparedProgram;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.ProgramTrainer;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Window;
import java.util.Optional;
import java.util.function.Function;

/**
 * cuDNN on an NVIDIA GPU: networks are trained and run as whole programs, in the device's memory. Layers by themselves, on
 * arrays of the host, are left to the host.
 */
public final class CudnnKernels implements Kernels {

    private final Device device;
    private final Kernels host = Kernels.ofHost();

    CudnnKernels(Device device) {
        this.device = device;
    }

    /**
     * On the GPU that the system property {@code resnet.cudnn.device} numbers among those the process may see (0 if it is not
     * set).
     *
     * @throws io.resnetspark.model.error.ConfigurationException if driver, libraries or device are missing or unfit
     */
    public static CudnnKernels open() {
        return open(Integer.getInteger(CudaDevice.SETTING, 0));
    }

    /** @param ordinal of the GPU among those that the process may see */
    static CudnnKernels open(int ordinal) {
        return new CudnnKernels(CudaDevice.open(ordinal));
    }

    @Override
    public ConvolutionKernel convolution(ImageShape input, int outputChannels, Window window, Bias bias) {
        return host.convolution(input, outputChannels, window, bias);
    }

    @Override
    public BatchNormKernel batchNorm(ImageShape shape, float epsilon, Activation activation, Statistics statistics) {
        return host.batchNorm(shape, epsilon, activation, statistics);
    }

    @Override
    public ReluKernel relu(ImageShape shape) {
        return host.relu(shape);
    }

    @Override
    public ResidualAddKernel residualAdd(ImageShape shape, Activation activation) {
        return host.residualAdd(shape, activation);
    }

    @Override
    public PoolingKernel maxPool(ImageShape input, Window window) {
        return host.maxPool(input, window);
    }

    @Override
    public PoolingKernel globalAverage(ImageShape input) {
        return host.globalAverage(input);
    }

    @Override
    public LinearKernel linear(int batch, int inputs, int outputs) {
        return host.linear(batch, inputs, outputs);
    }

    @Override
    public PadShortcutKernel padShortcut(ImageShape input, int stride, int outputChannels) {
        return host.padShortcut(input, stride, outputChannels);
    }

    @Override
    public boolean infersIn(InferencePrecision asked) {
        return switch (asked) {
            case FP32 -> true;
            case BF16 -> device.multipliesIn(TrainingPrecision.BF16);
            case INT8 -> false;
        };
    }

    @Override
    public InferencePrecision fastestPrecision() {
        return infersIn(InferencePrecision.BF16) ? InferencePrecision.BF16 : InferencePrecision.FP32;
    }

    @Override
    public PreparedProgram inference(InferenceProgram program) {
        return new CudnnInference(device, program);
    }

    @Override
    public boolean trainsIn(TrainingPrecision precision) {
        return device.multipliesIn(precision);
    }

    @Override
    public TrainingPrecision defaultPrecision() {
        return TrainingPrecision.TF32;
    }

    @Override
    public Optional<ProgramTrainer> trainer(
            Function<ImageShape, Program> programs, int parameters, int stateVectors, TrainingPrecision precision) {
        return Optional.of(new CudnnTrainer(device, precision, programs, parameters, stateVectors));
    }

    @Override
    public String description() {
        return device.description();
    }

    /** How they are found. */
    public static final class Provider implements KernelsProvider {

        @Override
        public String name() {
            return "cudnn";
        }

        @Override
        public int priority() {
            return -1;
        }

        @Override
        public Kernels open() {
            return CudnnKernels.open();
        }
    }
}
