package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.kernel.BatchNormKernel;
import io.resnetspark.model.kernel.ConvolutionKernel;
import io.resnetspark.model.kernel.DeviceTraining;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.KernelsProvider;
import io.resnetspark.model.kernel.LinearKernel;
import io.resnetspark.model.kernel.PadShortcutKernel;
import io.resnetspark.model.kernel.PoolingKernel;
import io.resnetspark.model.kernel.PreparedNetwork;
import io.resnetspark.model.kernel.ReluKernel;
import io.resnetspark.model.kernel.ResidualAddKernel;
import io.resnetspark.model.kernel.Statistics;
import io.resnetspark.model.kernel.StraightNetwork;
import io.resnetspark.model.kernel.TrainingSource;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Window;
import java.util.Optional;

/**
 * cuDNN on an NVIDIA GPU. Networks are trained and run as a whole, in the device's memory; layers alone copy their arrays
 * there and back.
 */
public final class CudnnKernels implements Kernels {

    private final Device device;
    private final Precision precision;
    private final StagedLayers layers;

    CudnnKernels(Device device, Precision precision) {
        this.device = device;
        this.precision = precision;
        this.layers = new StagedLayers(device);
    }

    /**
     * On the GPU that the system property {@code resnet.cudnn.device} numbers among those the process may see (0 if it is not
     * set), in the precision {@code resnet.cudnn.precision}.
     *
     * @throws io.resnetspark.model.error.ConfigurationException if driver, libraries or device are missing or unfit
     */
    public static CudnnKernels open() {
        Precision precision = Precision.ofThisProcess();
        return new CudnnKernels(CudaDevice.ofThisProcess(precision), precision);
    }

    @Override
    public ConvolutionKernel convolution(ImageShape input, int outputChannels, Window window, Bias bias) {
        return layers.convolution(input, outputChannels, window, bias);
    }

    @Override
    public BatchNormKernel batchNorm(ImageShape shape, float epsilon, Activation activation, Statistics statistics) {
        return layers.batchNorm(shape, epsilon, activation, statistics);
    }

    @Override
    public ReluKernel relu(ImageShape shape) {
        return layers.relu(shape);
    }

    @Override
    public ResidualAddKernel residualAdd(ImageShape shape, Activation activation) {
        return layers.residualAdd(shape, activation);
    }

    @Override
    public PoolingKernel maxPool(ImageShape input, Window window) {
        return layers.maxPool(input, window);
    }

    @Override
    public PoolingKernel globalAverage(ImageShape input) {
        return layers.globalAverage(input);
    }

    @Override
    public LinearKernel linear(int batch, int inputs, int outputs) {
        return layers.linear(batch, inputs, outputs);
    }

    @Override
    public PadShortcutKernel padShortcut(ImageShape input, int stride, int outputChannels) {
        return layers.padShortcut(input, stride, outputChannels);
    }

    @Override
    public PreparedNetwork inference(StraightNetwork network) {
        return new CudnnNetwork(device, network);
    }

    @Override
    public Optional<DeviceTraining> training(TrainingSource network, int stateVectors) {
        return Optional.of(new CudnnTraining(device, precision.maps(), network, stateVectors));
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
        public boolean available() {
            return true;
        }

        @Override
        public Kernels open() {
            return CudnnKernels.open();
        }
    }
}
