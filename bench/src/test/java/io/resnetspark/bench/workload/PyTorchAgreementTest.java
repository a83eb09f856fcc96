package io.resnetspark.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.inference.NetworkClassifier;
import io.resnetspark.model.weights.StateDict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Same weights, same images, same logits: what is compared is the same computation. */
class PyTorchAgreementTest {

    @BeforeEach
    void needsPyTorch() {
        assumeTrue(
                PyTorchAgreementTest.class.getResource("/jnilib/pytorch.properties") != null,
                "PyTorch's natives are only on the class path with the Maven profile \"peers\"");
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("DJL_CACHE_DIR", DjlPyTorch.cacheDirectory());
    }

    @ParameterizedTest
    @EnumSource(names = {"CIFAR_RESNET20", "RESNET18", "RESNET50"})
    void pyTorchComputesTheSameLogits(Network network) {
        ResNetSpec spec = network.spec();
        SyntheticBatch batch = SyntheticBatch.of(spec, 2);
        ComputationGraph graph = ResNet.create(spec, 7);
        ParameterLayout layout = ParameterLayout.of(graph);
        StateDict weights = NetworkWeights.of(graph);
        graph.close();
        float[] ours;
        try (NetworkClassifier classifier = NetworkClassifier.create(spec, weights, 2)) {
            ours = classifier.logits(batch.images(), 2);
        }

        float[] theirs = pyTorch(batch, layout, weights);

        float largest = 0;
        for (float logit : ours) {
            largest = Math.max(largest, Math.abs(logit));
        }
        assertThat(theirs).hasSameSizeAs(ours);
        for (int i = 0; i < ours.length; i++) {
            assertThat(theirs[i]).isCloseTo(ours[i], within(1e-3f * largest));
        }
    }

    private static float[] pyTorch(SyntheticBatch batch, ParameterLayout layout, StateDict weights) {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Block network = DjlResNet.of(batch.spec());
            network.initialize(manager, DataType.FLOAT32, new Shape(batch.channelsFirstShape()));
            load(network, layout, weights);
            NDArray images = manager.create(batch.channelsFirst()).reshape(new Shape(batch.channelsFirstShape()));
            return network.forward(new ParameterStore(manager, false), new NDList(images), false)
                    .singletonOrThrow()
                    .toFloatArray();
        }
    }

    /** Both list their parameters in the order of the network; DJL's names are its own. */
    private static void load(Block network, ParameterLayout layout, StateDict weights) {
        List<ParameterLayout.Segment> left = new ArrayList<>(inForwardOrder(layout));
        for (Parameter parameter : network.getParameters().values()) {
            String suffix =
                    switch (parameter.getType()) {
                        case WEIGHT, GAMMA -> "weight";
                        case BIAS, BETA -> "bias";
                        case RUNNING_MEAN -> "running_mean";
                        case RUNNING_VAR -> "running_var";
                        default -> throw new AssertionError(parameter.getType());
                    };
            ParameterLayout.Segment next = left.remove(0);
            assertThat(next.key()).endsWith("." + suffix);
            assertThat(next.shape()).isEqualTo(shape(parameter));
            parameter.getArray().set(weights.find(next.key()).orElseThrow().data());
        }
        assertThat(left).isEmpty();
    }

    private static List<Long> shape(Parameter parameter) {
        List<Long> shape = new ArrayList<>();
        for (long size : parameter.getShape().getShape()) {
            shape.add(size);
        }
        return shape;
    }

    /** A block's shortcut comes after its branch; DL4J may sort it before. */
    private static List<ParameterLayout.Segment> inForwardOrder(ParameterLayout layout) {
        List<ParameterLayout.Segment> ordered = new ArrayList<>();
        Set<String> done = new HashSet<>();
        for (ParameterLayout.Segment segment : layout.segments()) {
            String block = block(segment);
            if (done.add(block)) {
                layout.segments().stream()
                        .filter(other -> block(other).equals(block))
                        .sorted(java.util.Comparator.comparing(PyTorchAgreementTest::rank))
                        .forEach(ordered::add);
            }
        }
        return ordered;
    }

    private static String block(ParameterLayout.Segment segment) {
        String[] parts = segment.vertex().split("\\.", 3);
        return parts[0].startsWith("layer") ? parts[0] + "." + parts[1] : segment.vertex();
    }

    /** conv1, bn1, conv2, …, downsample.0, downsample.1. */
    private static String rank(ParameterLayout.Segment segment) {
        String module = segment.vertex().substring(segment.vertex().lastIndexOf('.') + 1);
        return segment.vertex().contains("downsample")
                ? "9" + module
                : module.charAt(module.length() - 1) + (module.startsWith("conv") ? "a" : "b");
    }
}
