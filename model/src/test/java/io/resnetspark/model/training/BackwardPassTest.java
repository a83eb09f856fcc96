package io.resnetspark.model.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.FlatVector;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.layer.Freezable;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.model.optim.RateFactors;
import io.resnetspark.model.program.TrainingPrecision;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sparing gradients nobody needs changes nothing but the work. */
class BackwardPassTest {

    private static final int COUNT = 3;

    /** With channels in whole vectors: oneDNN's training primitives are not made for less. */
    private static ResNetSpec spec(Architecture architecture) {
        ResNetSpec small = SmallNetworks.spec(architecture);
        return new ResNetSpec(
                small.architecture(),
                small.stem(),
                small.block(),
                small.shortcut(),
                small.normalisation(),
                small.blocks(),
                IntStream.range(0, small.blocks().size())
                        .mapToObj(stage -> 16 << stage)
                        .toList(),
                small.classes(),
                small.channels(),
                small.inputSize(),
                small.lastScale());
    }

    /** Every network frozen from its input up to each of its layers, and with only its batch norms frozen. */
    @ParameterizedTest
    @EnumSource(
            value = Architecture.class,
            names = {"MYRESNET", "RESNET18", "RESNET50", "CIFAR_RESNET20"})
    void trainedParametersGetTheSameGradients(Architecture architecture) {
        ResNetSpec spec = spec(architecture);
        List<String> layers = ParameterLayout.of(spec).segments().stream()
                .map(ParameterLayout.Segment::vertex)
                .distinct()
                .toList();
        List<Predicate<String>> choices = new ArrayList<>();
        choices.add(name -> false);
        choices.add(name -> name.contains("bn"));
        choices.add(name -> layers.indexOf(name) % 2 == 1);
        for (int lowest = 1; lowest < layers.size(); lowest += Math.max(1, layers.size() / 5)) {
            List<String> below = layers.subList(0, lowest);
            choices.add(below::contains);
        }
        choices.add(name -> !name.equals(ResNet.LOGITS));
        for (Predicate<String> frozen : choices) {
            ComputationGraph plain = network(spec, frozen, Kernels.ofThisProcess());
            ComputationGraph sparing = network(spec, frozen, Kernels.ofThisProcess());
            BackwardPass.stopAtLowestTrained(sparing);
            float[] expected = gradients(plain, spec);
            float[] actual = gradients(sparing, spec);
            assertThat(actual).isEqualTo(expected);
            for (ParameterLayout.Segment segment : ParameterLayout.of(plain).segments()) {
                float[] values = Arrays.copyOfRange(actual, segment.offset(), segment.end());
                if (frozen.test(segment.vertex())) {
                    assertThat(values).as(segment.key()).containsOnly(0);
                } else if (segment.kind().trainable()) {
                    assertThat(values).as(segment.key()).matches(BackwardPassTest::anyNonZero, "any gradient");
                }
            }
        }
    }

    private static boolean anyNonZero(float[] values) {
        for (float value : values) {
            if (value != 0) {
                return true;
            }
        }
        return false;
    }

    /** With everything but the head frozen, the backward pass is one call: the gradient of the head's weights. */
    @ParameterizedTest
    @EnumSource(
            value = Architecture.class,
            names = {"RESNET18", "CIFAR_RESNET20"})
    void nothingIsComputedBelow(Architecture architecture) {
        ResNetSpec spec = spec(architecture);
        AtomicInteger backwardCalls = new AtomicInteger();
        ComputationGraph network =
                network(spec, name -> !name.equals(ResNet.LOGITS), counting(Kernels.nd4j(), backwardCalls));
        gradients(network, spec);
        assertThat(backwardCalls.getAndSet(0)).isGreaterThan(20);
        BackwardPass.stopAtLowestTrained(network);
        gradients(network, spec);
        assertThat(backwardCalls).hasValue(1);
    }

    /** Weight decay and momentum would move frozen weights if the optimiser did not know about them. */
    @ParameterizedTest
    @EnumSource(
            value = Architecture.class,
            names = {"RESNET18", "CIFAR_RESNET20"})
    void frozenParametersStayAndTheHeadHasItsOwnRate(Architecture architecture) {
        ResNetSpec spec = spec(architecture);
        Predicate<String> frozen = name -> name.startsWith("conv1") || name.startsWith("layer1");
        OptimizerConfig decaying = new OptimizerConfig.Sgd(0.9, Momentum.CLASSIC, 0.1, DecayScope.ALL);
        float[] one = change(spec, frozen, decaying, RateFactors.EQUAL);
        float[] ten = change(spec, frozen, decaying, segment -> segment.vertex().equals(ResNet.LOGITS) ? 10 : 1);
        for (ParameterLayout.Segment segment : ParameterLayout.of(spec).segments()) {
            for (int i = segment.offset(); i < segment.end(); i++) {
                if (frozen.test(segment.vertex())) {
                    assertThat(one[i]).as(segment.key()).isZero();
                }
                float factor = segment.vertex().equals(ResNet.LOGITS) ? 10 : 1;
                assertThat(Math.abs(ten[i] - factor * one[i]))
                        .as(segment.key())
                        .isLessThan(1e-6f + 1e-3f * Math.abs(ten[i]));
            }
        }
    }

    private static float[] change(
            ResNetSpec spec, Predicate<String> frozen, OptimizerConfig optimizer, RateFactors factors) {
        Trainer trainer = new Trainer(
                network(spec, frozen, Kernels.ofThisProcess()),
                optimizer,
                Trainer.NO_CLIPPING,
                factors,
                TrainingPrecision.FP32);
        float[] before = trainer.state().parameters();
        trainer.step(images(spec), SmallNetworks.labels(spec, COUNT), 0.01, 0);
        float[] after = trainer.state().parameters();
        for (int i = 0; i < after.length; i++) {
            after[i] -= before[i];
        }
        return after;
    }

    private static ComputationGraph network(ResNetSpec spec, Predicate<String> frozen, Kernels kernels) {
        ComputationGraph network = ResNet.create(spec, 1, kernels);
        NetworkWeights.load(network, SmallNetworks.weights(spec, 1));
        for (GraphVertex vertex : network.getVertices()) {
            if (vertex.hasLayer()
                    && vertex.getLayer() instanceof Freezable layer
                    && vertex.getLayer().numParams() > 0
                    && frozen.test(vertex.getVertexName())) {
                layer.freeze();
            }
        }
        return network;
    }

    private static INDArray images(ResNetSpec spec) {
        return SmallNetworks.batch(spec, SmallNetworks.images(spec, COUNT, 2));
    }

    private static float[] gradients(ComputationGraph network, ResNetSpec spec) {
        network.initGradientsView();
        network.setInputs(images(spec));
        network.setLabels(SmallNetworks.labels(spec, COUNT));
        network.computeGradientAndScore();
        return FlatVector.copyOf(network.getFlattenedGradients());
    }

    /** Kernels that count calls of their backward methods. */
    private static Kernels counting(Kernels kernels, AtomicInteger calls) {
        return (Kernels) counting(kernels, Kernels.class, calls);
    }

    private static Object counting(Object kernel, Class<?> type, AtomicInteger calls) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            if (method.getName().startsWith("backward")) {
                calls.incrementAndGet();
            }
            try {
                Object result = method.invoke(kernel, arguments);
                return method.getReturnType().getName().endsWith("Kernel")
                        ? counting(result, method.getReturnType(), calls)
                        : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }
}
