package io.resnetspark.model;

import io.resnetspark.model.block.Block;
import io.resnetspark.model.block.GraphSketch;
import io.resnetspark.model.block.Normalisation;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.layer.GlobalAverage;
import io.resnetspark.model.layer.Linear;
import io.resnetspark.model.layer.SoftmaxCrossEntropy;
import io.resnetspark.model.layer.UsesKernels;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.ProgramCompiler;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.nd4j.linalg.api.memory.MemoryWorkspaceManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Assembles residual networks: stem, stages of blocks, global average, linear head. He et al. 2015, arXiv:1512.03385;
 * vertex names and layout are those of torchvision/models/resnet.py.
 *
 * <p>Input {@code images [N, H, W, C]}, normalised, channels-last; the vertex {@code fc} holds the logits {@code [N,
 * classes]}, the output vertex {@code loss} their softmax.
 */
public final class ResNet {

    /** Name of the input vertex; of a {@linkplain #head head} the input is features. */
    public static final String IMAGES = "images";

    /** Name of the vertex with the logits. */
    public static final String LOGITS = "fc";

    /** Name of the output vertex, probabilities and loss. */
    public static final String LOSS = "loss";

    private ResNet() {}

    /** An initialised network, seeded with {@code seed}, on the kernels of this process. */
    public static ComputationGraph create(ResNetSpec spec, long seed) {
        ComputationGraph network = new ComputationGraph(configuration(spec, seed));
        network.init();
        return network;
    }

    /** The network as straight-line code for one image; every layer learns. */
    public static Program program(ResNetSpec spec) {
        return ProgramCompiler.compile(
                configuration(spec, 0),
                ParameterLayout.of(spec).slices(),
                Set.of(),
                new ImageShape(1, spec.inputSize(), spec.inputSize(), spec.channels()));
    }

    /** As {@link #create(ResNetSpec, long)} on given kernels. */
    public static ComputationGraph create(ResNetSpec spec, long seed, Kernels kernels) {
        ComputationGraph network = create(spec, seed);
        for (GraphVertex vertex : network.getVertices()) {
            if (vertex instanceof UsesKernels usesKernels) {
                usesKernels.useKernels(kernels);
            } else if (vertex.hasLayer() && vertex.getLayer() instanceof UsesKernels usesKernels) {
                usesKernels.useKernels(kernels);
            }
        }
        return network;
    }

    /** The kernels that a network computes with. */
    public static Kernels kernels(ComputationGraph network) {
        return ((UsesKernels) network.getLayer(LOGITS)).kernels();
    }

    /**
     * A network's head alone: from features {@code [N, features]}, the global averages, to logits and loss under the same
     * names.
     */
    public static ComputationGraph head(int features, int classes, long seed) {
        ComputationGraphConfiguration.GraphBuilder builder =
                builder(seed).addInputs(IMAGES).setInputTypes(InputType.feedForward(features));
        ComputationGraph network = new ComputationGraph(
                appendHead(builder, IMAGES, features, classes).build());
        network.init();
        return network;
    }

    /**
     * Frees a network's memory and this thread's workspaces. As {@link ComputationGraph#close}, which besides collects the
     * whole heap, twice: seconds in a large executor.
     */
    public static void close(ComputationGraph network) {
        close(network.params());
        close(network.getFlattenedGradients());
        ComputationGraphUpdater updater = network.getUpdater(false);
        if (updater != null) {
            close(updater.getStateViewArray());
        }
        MemoryWorkspaceManager workspaces = Nd4j.getWorkspaceManager();
        List.copyOf(workspaces.getAllWorkspacesForCurrentThread()).forEach(workspaces::destroyWorkspace);
    }

    private static void close(INDArray array) {
        if (array != null && array.closeable()) {
            array.close();
        }
    }

    /** The graph as DL4J configuration. */
    public static ComputationGraphConfiguration configuration(ResNetSpec spec, long seed) {
        ComputationGraphConfiguration.GraphBuilder builder = builder(seed)
                .addInputs(IMAGES)
                .setInputTypes(
                        InputType.convolutional(spec.inputSize(), spec.inputSize(), spec.channels(), CNN2DFormat.NHWC));
        GraphSketch graph = new GraphSketch(builder, spec.normalisation());
        Block block = spec.block().block(spec.shortcut(), spec.lastScale());

        String x =
                spec.stem().append(graph, IMAGES, spec.channels(), spec.widths().get(0));
        int channels = spec.widths().get(0);
        for (int stage = 0; stage < spec.blocks().size(); stage++) {
            int width = spec.widths().get(stage);
            for (int i = 0; i < spec.blocks().get(stage); i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                x = block.append(graph, "layer" + (stage + 1) + "." + i, x, channels, width, stride);
                channels = block.expansion() * width;
            }
        }
        x = graph.layer("avgpool", new GlobalAverage(), x);
        return appendHead(builder, x, channels, spec.classes()).build();
    }

    private static ComputationGraphConfiguration.GraphBuilder builder(long seed) {
        return new NeuralNetConfiguration.Builder()
                .seed(seed)
                .trainingWorkspaceMode(WorkspaceMode.ENABLED)
                .inferenceWorkspaceMode(WorkspaceMode.ENABLED)
                .graphBuilder();
    }

    private static ComputationGraphConfiguration.GraphBuilder appendHead(
            ComputationGraphConfiguration.GraphBuilder builder, String input, int features, int classes) {
        GraphSketch graph = new GraphSketch(builder, Normalisation.NONE);
        String logits = graph.layer(LOGITS, new Linear(features, classes), input);
        return builder.setOutputs(graph.layer(LOSS, new SoftmaxCrossEntropy(), logits));
    }
}
