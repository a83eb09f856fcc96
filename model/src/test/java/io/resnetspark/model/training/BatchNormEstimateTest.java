package io.resnetspark.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.FlatVector;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.TinyGraph;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.layer.Freezable;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.weights.StateDict;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** By hand: 1, 2, 3 and 6 have mean 3 and unbiased variance 14/3; with 8 and 4, mean 4 and unbiased variance 34/5. */
class BatchNormEstimateTest {

    private final ComputationGraph network = TinyGraph.of(
            new ImageShape(2, 1, 2, 1),
            1,
            Kernels.ofThisProcess(),
            g -> g.normalise("norm", ResNet.IMAGES, 1, Activation.IDENTITY, 1));
    private final ParameterLayout layout = ParameterLayout.of(network);

    private BatchNormEstimate of(float[]... minibatches) {
        BatchNormEstimate estimate = new BatchNormEstimate();
        for (float[] pixels : minibatches) {
            INDArray images = Nd4j.createFromArray(pixels).reshape('c', pixels.length / 2, 1, 2, 1);
            network.outputSingle(true, images);
            estimate.add(network);
        }
        return estimate;
    }

    private StateDict replaced(BatchNormEstimate estimate) {
        return NetworkWeights.fromFlat(layout, estimate.replaceIn(FlatVector.copyOf(network.params()), layout));
    }

    @Test
    void severalMinibatchesHaveTheStatisticsOfAllTheirValues() {
        StateDict weights = replaced(of(new float[] {1, 2, 3, 6}, new float[] {8, 4}));
        assertThat(weights.tensor("norm.running_mean").data()[0]).isCloseTo(4, within(1e-6f));
        assertThat(weights.tensor("norm.running_var").data()[0]).isCloseTo(34f / 5, within(1e-5f));
    }

    @Test
    void estimatesOfSeveralWorkersAddUp() {
        BatchNormEstimate merged = of(new float[] {1, 2, 3, 6});
        merged.add(of(new float[] {8, 4}));
        merged.add(new BatchNormEstimate());
        StateDict weights = replaced(merged);
        assertThat(weights.tensor("norm.running_mean").data()[0]).isCloseTo(4, within(1e-6f));
        assertThat(weights.tensor("norm.running_var").data()[0]).isCloseTo(34f / 5, within(1e-5f));
    }

    @Test
    void onlyStatisticsAreReplaced() {
        float[] before = FlatVector.copyOf(network.params());
        float[] after = of(new float[] {1, 2, 3, 6}).replaceIn(before, layout);
        layout.segments().stream().filter(segment -> segment.kind().trainable()).forEach(segment -> {
            for (int i = segment.offset(); i < segment.end(); i++) {
                assertThat(after[i]).isEqualTo(before[i]);
            }
        });
    }

    @Test
    void frozenBatchNormsKeepTheirs() {
        ((Freezable) network.getLayer("norm")).freeze();
        float[] before = FlatVector.copyOf(network.params());
        assertThat(of(new float[] {1, 2, 3, 6}).replaceIn(before, layout)).isEqualTo(before);
    }
}
