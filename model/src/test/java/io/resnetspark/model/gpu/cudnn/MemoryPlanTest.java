package io.resnetspark.model.gpu.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.TinyGraph;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.gpu.cudnn.GradientPlan.Passing;
import io.resnetspark.model.kernel.InferenceStep.Value;
import io.resnetspark.model.kernel.TrainingNetwork;
import io.resnetspark.model.kernel.TrainingStep;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.training.TrainingCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MemoryPlanTest {

    private static TrainingNetwork code(ResNetSpec spec) {
        ComputationGraph network = ResNet.create(spec, 0);
        try {
            return TrainingCode.of(network, new ImageShape(1, spec.inputSize(), spec.inputSize(), spec.channels()));
        } finally {
            network.close();
        }
    }

    private static final TrainingNetwork RESNET_50 = code(Architecture.RESNET50.spec());

    @ParameterizedTest
    @EnumSource(
            value = Architecture.class,
            names = {"MYRESNET", "RESNET18", "RESNET50", "CIFAR_RESNET20", "CIFAR_PLAIN20"})
    void nothingOverlaps(Architecture architecture) {
        TrainingNetwork network = code(SmallNetworks.spec(architecture));
        for (Element maps : Element.values()) {
            MemoryPlan plan = new MemoryPlan(network, 3, maps, 1000);
            List<long[]> pieces = new ArrayList<>();
            List<Value> values = new ArrayList<>(List.of(network.images()));
            network.steps().forEach(step -> values.add(step.writes()));
            for (Value value : values) {
                long bytes = plan.batched(value).length() * plan.type(value).bytes();
                pieces.add(new long[] {plan.offset(value), bytes});
            }
            pieces.add(new long[] {plan.labels(), 3L * network.classes() * Float.BYTES});
            pieces.add(new long[] {plan.totals(), 16});
            pieces.add(new long[] {plan.workspace(), 1000});
            pieces.sort(Comparator.comparingLong(piece -> piece[0]));
            for (int i = 0; i < pieces.size(); i++) {
                long end = pieces.get(i)[0] + pieces.get(i)[1];
                assertThat(end).isLessThanOrEqualTo(i + 1 < pieces.size() ? pieces.get(i + 1)[0] : plan.bytes());
                assertThat(pieces.get(i)[0] % 256).isZero();
            }
        }
    }

    /** On the way back a buffer holds what was passed to it until the step that wrote the value has read it. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void aGradientStaysUntilItHasBeenRead(Architecture architecture) {
        TrainingNetwork network = code(SmallNetworks.spec(architecture));
        GradientPlan plan = new GradientPlan(network, value -> value.shape().length());
        Map<Integer, Value> holds = new HashMap<>(Map.of(plan.buffer(network.logits()), network.logits()));
        for (int i = network.steps().size() - 1; i >= 0; i--) {
            TrainingStep step = network.steps().get(i);
            assertThat(plan.runs(step)).isTrue();
            int own = plan.buffer(step.writes());
            assertThat(holds.get(own)).as("gradient that %s reads", step).isEqualTo(step.writes());
            for (int position = 0; position < step.reads().size(); position++) {
                Value value = step.reads().get(position);
                switch (plan.passing(step, position)) {
                    case NOWHERE -> assertThat(value).isEqualTo(network.images());
                    case REPLACE -> {
                        assertThat(plan.buffer(value)).isNotEqualTo(own);
                        assertThat(holds.put(plan.buffer(value), value)).isNull();
                    }
                    case ADD -> assertThat(holds.get(plan.buffer(value))).isEqualTo(value);
                    case SHARED -> {
                        assertThat(plan.buffer(value)).isEqualTo(own);
                        holds.put(own, value);
                    }
                }
            }
            if (step.writes().equals(holds.get(own))) {
                holds.remove(own);
            }
        }
        assertThat(holds).isEmpty();
    }

    @Test
    void nothingBelowTheLowestTrainedLayerHasAGradient() {
        ComputationGraph network = ResNet.create(Architecture.CIFAR_RESNET20.spec(), 0);
        for (var vertex : network.getVertices()) {
            if (vertex.hasLayer() && !vertex.getVertexName().equals(ResNet.LOGITS)) {
                TinyGraph.freeze(network, vertex.getVertexName());
            }
        }
        TrainingNetwork code = TrainingCode.of(network, new ImageShape(1, 32, 32, 3));
        GradientPlan plan = new GradientPlan(code, value -> 1);
        TrainingStep head = code.steps().get(code.steps().size() - 1);
        assertThat(code.steps().stream().filter(plan::runs)).containsExactly(head);
        assertThat(plan.passing(head, 0)).isEqualTo(Passing.NOWHERE);
    }

    /** A residual sum costs nothing: it is part of the batch norm before it, and hands its gradient on. */
    @Test
    void sumsJoinBatchNorms() {
        assertThat(RESNET_50.steps())
                .noneMatch(step -> step instanceof TrainingStep.Sum)
                .filteredOn(step -> step instanceof TrainingStep.Normalise norm
                        && norm.addend().isPresent())
                .hasSize(16);
        TrainingNetwork withoutNorms = code(io.resnetspark.model.NetworkName.parse("cifar-resnet20+norm=none")
                .spec());
        assertThat(withoutNorms.steps().stream().filter(step -> step instanceof TrainingStep.Sum))
                .hasSize(9);
    }

    @Test
    void gradientsNeedAFewBuffersOnly() {
        GradientPlan plan = new GradientPlan(RESNET_50, value -> value.shape().length());
        assertThat(plan.lengths().size()).isLessThan(8);
    }

    /** What a GPU of 80 GB is to hold: ResNet-50, 256 images. */
    @Test
    void memoryGrowsWithTheBatchAndHalvesWithTheType() {
        TrainingNetwork network = RESNET_50;
        long single = new MemoryPlan(network, 256, Element.FLOAT, 0).bytes();
        long mixed = new MemoryPlan(network, 256, Element.BFLOAT16, 0).bytes();
        long half = new MemoryPlan(network, 128, Element.FLOAT, 0).bytes();
        assertThat(single).isBetween(20L << 30, 40L << 30);
        assertThat(mixed).isLessThan(single * 55 / 100);
        assertThat(half).isBetween(single / 2, single * 52 / 100);
    }

    @Test
    void saysHowManyImagesWouldFit() {
        MemoryPlan plan = new MemoryPlan(RESNET_50, 256, Element.FLOAT, 0);
        plan.requireFits(plan.bytes());
        assertThatThrownBy(() -> plan.requireFits(plan.bytes() / 2))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("256 images")
                .hasMessageContaining("batch-size to about 128")
                .hasMessageContaining("bf16");
    }

    @Test
    void refusesMapsThatNoIndexReaches() {
        assertThatThrownBy(() -> new MemoryPlan(RESNET_50, 4096, Element.FLOAT, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("lower batch-size");
    }
}
