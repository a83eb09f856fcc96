package io.resnetspark.model.kernel;

import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.InferenceExecutor;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.PreparedProgram;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.ProgramTrainer;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Value;
import io.resnetspark.model.program.Window;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes the kernels of a network. A kernel belongs to one layer and one thread at a time, keeps its scratch memory, and
 * computes with as many threads as the making thread had (see {@link ComputeThreads}).
 */
public interface Kernels {

    /** The system property that chooses: {@code onednn}, {@code nd4j}, {@code cudnn} or {@code auto}. */
    String SETTING = "resnet.kernels";

    /**
     * @param input shape of the input
     * @param outputChannels number of filters
     */
    ConvolutionKernel convolution(ImageShape input, int outputChannels, Window window, Bias bias);

    /** @param epsilon added to the variance, positive */
    BatchNormKernel batchNorm(ImageShape shape, float epsilon, Activation activation, Statistics statistics);

    ReluKernel relu(ImageShape shape);

    ResidualAddKernel residualAdd(ImageShape shape, Activation activation);

    /** Maximum over a window; padding never wins. */
    PoolingKernel maxPool(ImageShape input, Window window);

    /** Mean over height and width: {@code [N, H, W, C]} to {@code [N, C]}. */
    PoolingKernel globalAverage(ImageShape input);

    LinearKernel linear(int batch, int inputs, int outputs);

    /** @param outputChannels at least the input's; the difference is split evenly before and after */
    PadShortcutKernel padShortcut(ImageShape input, int stride, int outputChannels);

    /**
     * Makes a whole network ready for inference.
     *
     * @param program in a precision that {@link #infersIn}
     */
    PreparedProgram inference(InferenceProgram program);

    /** Whether whole networks classify in that precision. */
    default boolean infersIn(InferencePrecision precision) {
        return precision == InferencePrecision.FP32;
    }

    /** The fastest precision of unquantised networks: bfloat16 where the processor multiplies it by itself. */
    default InferencePrecision fastestPrecision() {
        return InferencePrecision.FP32;
    }

    /**
     * Makes a whole network ready for training; empty where networks are trained layer by layer.
     *
     * @param programs the network as it is frozen when this is asked, for images of a shape
     * @param parameters length of its flat vector
     * @param stateVectors vectors, each as long as the parameters, that the optimiser keeps
     * @param precision one that {@link #trainsIn}
     */
    default Optional<ProgramTrainer> trainer(
            Function<ImageShape, Program> programs, int parameters, int stateVectors, TrainingPrecision precision) {
        return Optional.empty();
    }

    /** Whether networks can be trained in that precision. */
    default boolean trainsIn(TrainingPrecision precision) {
        return precision == TrainingPrecision.FP32;
    }

    /** What networks are trained in where nobody asks for a precision: bfloat16 if the processor multiplies it by itself. */
    default TrainingPrecision defaultPrecision() {
        return TrainingPrecision.FP32;
    }

    /** Whether a trial sum, by a program of two steps, comes out right. */
    default boolean computes() {
        ImageShape vector = new ImageShape(1, 1, 1, 8);
        Value images = new Value(0, new ImageShape(1, 2, 2, 8));
        Value average = new Value(1, vector);
        Value sum = new Value(2, new ImageShape(1, 1, 1, 1));
        Program program = new Program(
                images,
                List.of(
                        new Step.GlobalAverage(images, average),
                        new Step.Linear(
                                average,
                                new ParameterSlice(0, 8),
                                new ParameterSlice(8, 1),
                                Step.Learning.FROZEN,
                                sum)),
                9);
        float[] ones = new float[32];
        Arrays.fill(ones, 1);
        float[] logits = new float[1];
        try (PreparedProgram prepared = inference(new InferenceProgram(program, Arrays.copyOf(ones, 9)));
                InferenceExecutor executor = prepared.executor(1)) {
            executor.run(ones, 0, 1, logits, new float[8]);
        }
        return logits[0] == 9;
    }

    /** Name and version of what computes, for manifests and reports. */
    String description();

    /** Whether a convolution adds a bias. */
    enum Bias {
        NONE,
        ADDED
    }

    /**
     * The kernels this process uses: oneDNN where its library loads and ND4J runs on the CPU, else ND4J operations. The
     * system property {@code resnet.kernels} ({@code onednn}, {@code nd4j} or {@code cudnn}) decides otherwise. Asked for
     * {@code cudnn}, a process computes on its GPU or fails. On a thread that is {@linkplain #bind bound}, those it is bound
     * to.
     */
    static Kernels ofThisProcess() {
        return KernelChoice.ofThisThread();
    }

    /** Networks that the calling thread makes compute on these from now on, whatever other threads and earlier ones do. */
    static void bind(Kernels kernels) {
        KernelChoice.bind(kernels);
    }

    /** Networks that the calling thread makes compute on the kernels of the process again. */
    static void unbind() {
        KernelChoice.unbind();
    }

    /** The kernels for arrays of the host: oneDNN or ND4J operations. */
    static Kernels ofHost() {
        return KernelChoice.ofHost();
    }

    /** The portable implementation, on ND4J operations. */
    static Kernels nd4j() {
        return KernelsProvider.open("nd4j");
    }

    /** The fast implementation for x86-64 processors. */
    static Kernels oneDnn() {
        return KernelsProvider.open("onednn");
    }

    /**
     * The implementation for NVIDIA GPUs; nothing of CUDA is loaded before this is called.
     *
     * @throws io.resnetspark.model.error.ConfigurationException if this process cannot compute on one
     */
    static Kernels cudnn() {
        return KernelsProvider.open("cudnn");
    }
}
