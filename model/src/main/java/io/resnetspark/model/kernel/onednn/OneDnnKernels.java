package io.resnetspark.model.kernel.onednn;

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
import io.resnetspark.model.kernel.onednn.primitive.OneDnnBatchNorm;
import io.resnetspark.model.kernel.onednn.primitive.OneDnnConvolution;
import io.resnetspark.model.kernel.onednn.primitive.OneDnnLinear;
import io.resnetspark.model.kernel.onednn.primitive.OneDnnPadShortcut;
import io.resnetspark.model.kernel.onednn.primitive.OneDnnPooling;
import io.resnetspark.model.kernel.onednn.primitive.OneDnnRelu;
import io.resnetspark.model.kernel.onednn.primitive.OneDnnResidualAdd;
import io.resnetspark.model.kernel.onednn.training.OneDnnTrainer;
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
import java.util.stream.Stream;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** oneDNN on the CPU. */
public final class OneDnnKernels implements Kernels {

    private static final Logger LOG = LoggerFactory.getLogger(OneDnnKernels.class);

    /** Whether oneDNN's library is on the class path for this platform and loads. */
    public static boolean available() {
        try {
            return dnnl.dnnl_version() != null;
        } catch (LinkageError e) {
            LOG.warn("oneDNN cannot be loaded, computing with ND4J operations instead: {}", e.toString());
            return false;
        }
    }

    @Override
    public ConvolutionKernel convolution(ImageShape input, int outputChannels, Window window, Bias bias) {
        return new OneDnnConvolution(input, outputChannels, window, bias);
    }

    @Override
    public BatchNormKernel batchNorm(ImageShape shape, float epsilon, Activation activation, Statistics statistics) {
        return new OneDnnBatchNorm(shape, epsilon, activation, statistics);
    }

    @Override
    public ReluKernel relu(ImageShape shape) {
        return new OneDnnRelu(shape);
    }

    @Override
    public ResidualAddKernel residualAdd(ImageShape shape, Activation activation) {
        return new OneDnnResidualAdd(shape, activation);
    }

    @Override
    public PoolingKernel maxPool(ImageShape input, Window window) {
        return OneDnnPooling.max(input, window);
    }

    @Override
    public PoolingKernel globalAverage(ImageShape input) {
        return OneDnnPooling.globalAverage(input);
    }

    @Override
    public LinearKernel linear(int batch, int inputs, int outputs) {
        return new OneDnnLinear(batch, inputs, outputs);
    }

    @Override
    public PadShortcutKernel padShortcut(ImageShape input, int stride, int outputChannels) {
        return new OneDnnPadShortcut(input, stride, outputChannels);
    }

    @Override
    public PreparedProgram inference(InferenceProgram program) {
        return new OneDnnProgram(program);
    }

    /** Without AVX-512, oneDNN computes bfloat16 only on processors that have it, and integers on all. */
    @Override
    public boolean infersIn(InferencePrecision precision) {
        return precision != InferencePrecision.BF16 || hasBfloat16() || isa().contains("avx512");
    }

    @Override
    public InferencePrecision fastestPrecision() {
        return hasBfloat16() ? InferencePrecision.BF16 : InferencePrecision.FP32;
    }

    /** Whether the processor has instructions for it, and oneDNN uses them. */
    private static boolean hasBfloat16() {
        String isa = isa();
        return Stream.of("bf16", "fp16", "amx", "avx10", "avx2_vnni_2").anyMatch(isa::contains);
    }

    private static String isa() {
        return dnnl.get_effective_cpu_isa().intern().name();
    }

    @Override
    public Optional<ProgramTrainer> trainer(
            Function<ImageShape, Program> programs, int parameters, int stateVectors, TrainingPrecision precision) {
        return Optional.of(new OneDnnTrainer(programs, precision.maps(), parameters, stateVectors));
    }

    /** Without instructions of its own for bfloat16, a processor with AVX-512 converts; others do not train in it. */
    @Override
    public boolean trainsIn(TrainingPrecision precision) {
        return switch (precision) {
            case FP32 -> true;
            case TF32 -> false;
            case BF16 -> isa().contains("avx512") || isa().contains("avx10");
        };
    }

    @Override
    public TrainingPrecision defaultPrecision() {
        boolean multiplies = Stream.of("bf16", "fp16", "amx", "avx10").anyMatch(isa()::contains);
        return multiplies ? TrainingPrecision.BF16 : TrainingPrecision.FP32;
    }

    @Override
    public String description() {
        dnnl_version_t version = dnnl.dnnl_version();
        return "oneDNN %d.%d.%d (%s)".formatted(version.major(), version.minor(), version.patch(), isa());
    }

    /** How they are found. */
    public static final class Provider implements KernelsProvider {

        @Override
        public String name() {
            return "onednn";
        }

        @Override
        public int priority() {
            boolean cpu = Nd4j.getBackend().getClass().getSimpleName().startsWith("Cpu");
            return cpu && OneDnnKernels.available() ? 1 : -1;
        }

        @Override
        public Kernels open() {
            return new OneDnnKernels();
        }
    }
}
