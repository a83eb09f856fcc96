package io.resnetspark.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Networks survive DL4J's own formats. */
class SerializationTest {

    @ParameterizedTest
    @EnumSource(
            value = Architecture.class,
            names = {"MYRESNET", "RESNET18", "RESNET50", "PLAIN18", "CIFAR_RESNET20"})
    void configurationsSurviveJson(Architecture architecture) {
        ResNetSpec spec = SmallNetworks.spec(architecture);
        String json = ResNet.configuration(spec, 4).toJson();
        ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(json);
        assertThat(read.toJson()).isEqualTo(json);
        assertSameOutputs(spec, initialised(read), ResNet.create(spec, 4));
    }

    @ParameterizedTest
    @EnumSource(
            value = Architecture.class,
            names = {"MYRESNET", "RESNET50", "CIFAR_RESNET20"})
    void networksSurviveTheModelSerializer(Architecture architecture) throws IOException {
        ResNetSpec spec = SmallNetworks.spec(architecture);
        ComputationGraph network = ResNet.create(spec, 4);
        NetworkWeights.load(network, SmallNetworks.weights(spec, 5));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ModelSerializer.writeModel(network, file, true);
        ComputationGraph read =
                ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
        assertThat(FlatVector.copyOf(read.params())).containsExactly(FlatVector.copyOf(network.params()));
        assertSameOutputs(spec, read, network);
    }

    @ParameterizedTest
    @EnumSource(
            value = Architecture.class,
            names = {"MYRESNET", "CIFAR_RESNET20"})
    void clonesComputeTheSame(Architecture architecture) {
        ResNetSpec spec = SmallNetworks.spec(architecture);
        ComputationGraph network = ResNet.create(spec, 4);
        NetworkWeights.load(network, SmallNetworks.weights(spec, 5));
        assertSameOutputs(spec, network.clone(), network);
    }

    private static ComputationGraph initialised(ComputationGraphConfiguration configuration) {
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        return network;
    }

    private static void assertSameOutputs(ResNetSpec spec, ComputationGraph actual, ComputationGraph expected) {
        INDArray images = SmallNetworks.batch(spec, SmallNetworks.images(spec, 2, 1));
        float[] wanted =
                SmallNetworks.values(expected.feedForward(images, false).get(ResNet.LOGITS));
        assertThat(SmallNetworks.values(actual.feedForward(images, false).get(ResNet.LOGITS)))
                .containsExactly(wanted);
        assertThat(SmallNetworks.values(actual.outputSingle(images)))
                .containsExactly(SmallNetworks.values(expected.outputSingle(images)));
    }
}
