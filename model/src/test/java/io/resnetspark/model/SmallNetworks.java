package io.resnetspark.model;

import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every architecture in a size a test can afford, with parameters and inputs that tell mistakes apart. */
public final class SmallNetworks {

    private SmallNetworks() {}

    /** All of the architecture's layers, but narrow, and the smallest images with more than one pixel in the last stage. */
    public static ResNetSpec spec(Architecture architecture) {
        return spec(architecture, architecture.spec().blocks());
    }

    /** As {@link #spec}, with a single block in each stage. */
    public static ResNetSpec shallow(Architecture architecture) {
        return spec(
                architecture, Collections.nCopies(architecture.spec().blocks().size(), 1));
    }

    private static ResNetSpec spec(Architecture architecture, List<Integer> blocks) {
        ResNetSpec full = architecture.spec();
        int width = blocks.size() == 4 ? 4 : 6;
        int classes = 5;
        int inputSize = full.stem() == Stem.CIFAR ? 8 : 64 >> (4 - blocks.size());
        return new ResNetSpec(
                full.architecture(),
                full.stem(),
                full.block(),
                full.shortcut(),
                full.normalisation(),
                blocks,
                IntStream.range(0, blocks.size())
                        .mapToObj(stage -> width << stage)
                        .toList(),
                classes,
                3,
                inputSize,
                1f);
    }

    /** Initial weights, with arbitrary scales, shifts and running statistics in the batch norms. */
    public static StateDict weights(ResNetSpec spec, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        ComputationGraph network = ResNet.create(spec, seed);
        ParameterLayout layout = ParameterLayout.of(network);
        StateDict initial = NetworkWeights.of(network);
        for (ParameterLayout.Segment segment : layout.segments()) {
            Tensor tensor = initial.tensor(segment.key());
            float[] values = tensor.data().clone();
            boolean inBatchNorm = layout.shapes().containsKey(segment.vertex() + ".running_mean");
            for (int i = 0; inBatchNorm && i < values.length; i++) {
                values[i] = switch (segment.key().substring(segment.vertex().length() + 1)) {
                    case "weight" -> 0.8f + 0.5f * random.nextFloat();
                    case "running_var" -> 0.7f + 0.6f * random.nextFloat();
                    default -> 0.2f * (float) random.nextGaussian();
                };
            }
            tensors.put(segment.key(), Tensor.of(values, tensor.shape()));
        }
        return new StateDict(tensors);
    }

    /** Standard normal pixels, {@code [count, H, W, C]} row-major. */
    public static float[] images(ResNetSpec spec, int count, long seed) {
        Random random = new Random(seed);
        float[] images = new float[count * spec.inputSize() * spec.inputSize() * spec.channels()];
        for (int i = 0; i < images.length; i++) {
            images[i] = (float) random.nextGaussian();
        }
        return images;
    }

    /** The same pixels as an array. */
    public static INDArray batch(ResNetSpec spec, float[] images) {
        return Nd4j.createFromArray(images)
                .reshape('c', new long[] {-1, spec.inputSize(), spec.inputSize(), spec.channels()});
    }

    /** One-hot rows, classes in turn. */
    public static INDArray labels(ResNetSpec spec, int count) {
        INDArray labels = Nd4j.zeros(count, spec.classes());
        for (int i = 0; i < count; i++) {
            labels.putScalar(i, i % spec.classes(), 1);
        }
        return labels;
    }

    /** The values of an array in row-major order. */
    public static float[] values(INDArray array) {
        return array.dup('c').reshape('c', new long[] {array.length()}).toFloatVector();
    }
}
