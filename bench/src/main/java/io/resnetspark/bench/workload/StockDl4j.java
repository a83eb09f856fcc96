package io.resnetspark.bench.workload;

import io.resnetspark.model.ResNetSpec;
import java.util.Set;
import org.bytedeco.javacpp.Loader;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.mkldnn.BaseMKLDNNHelper;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Deeplearning4j's own layers, with its oneDNN helpers or without. */
final class StockDl4j {

    /** DL4J counts batch norm's running averages as parameters. */
    private static final Set<String> RUNNING_AVERAGES = Set.of("mean", "var", "log10stdev");

    /** Whether DL4J computes with its oneDNN helpers; decided once per JVM. */
    enum Helpers {
        AS_IT_COMES,
        ONEDNN
    }

    private StockDl4j() {}

    static Workload open(SyntheticBatch batch, Mode mode, Helpers helpers) {
        // Without this check a helper that does not load would pass as a slow one.
        if (helpers == Helpers.ONEDNN) {
            requireHelpers();
        }
        if (helpers == Helpers.ONEDNN && !nativesHaveOneDnn()) {
            throw new IllegalStateException("ND4J's natives were loaded in their build without oneDNN");
        }
        if (helpers == Helpers.AS_IT_COMES && helpersAllowed()) {
            throw new IllegalStateException("DL4J's oneDNN helpers are on, against its defaults");
        }
        ComputationGraph network = new ComputationGraph(StockGraph.configuration(batch.spec()));
        network.init();
        return mode == Mode.TRAIN ? new Training(network, batch) : new Inference(network, batch);
    }

    static void requireHelpers() {
        if (!helpersAllowed()) {
            throw new IllegalStateException("DL4J's oneDNN helpers did not load");
        }
    }

    static String description(Helpers helpers) {
        String version = ComputationGraph.class.getPackage().getImplementationVersion();
        return "DL4J %s, NCHW, %s"
                .formatted(
                        version == null ? "1.0.0-M2.1" : version,
                        helpers == Helpers.ONEDNN ? "oneDNN helpers on" : "as it comes");
    }

    static long parameters(ResNetSpec spec) {
        ComputationGraph network = new ComputationGraph(StockGraph.configuration(spec));
        network.init();
        long parameters = trained(network);
        network.close();
        return parameters;
    }

    private static boolean helpersAllowed() {
        return !Boolean.parseBoolean(System.getProperty("org.eclipse.deeplearning4j.helpers.disable", "true"))
                && BaseMKLDNNHelper.mklDnnEnabled();
    }

    private static boolean nativesHaveOneDnn() {
        return Loader.getLoadedLibraries().values().stream().anyMatch(path -> path.contains(OneDnnNatives.extension()));
    }

    private static long trained(ComputationGraph network) {
        return network.paramTable().entrySet().stream()
                .filter(entry -> !RUNNING_AVERAGES.contains(
                        entry.getKey().substring(entry.getKey().lastIndexOf('_') + 1)))
                .mapToLong(entry -> entry.getValue().length())
                .sum();
    }

    private static final class Training implements Workload {

        private final ComputationGraph network;
        private final DataSet batch;

        Training(ComputationGraph network, SyntheticBatch batch) {
            this.network = network;
            INDArray images = Nd4j.create(batch.channelsFirst(), batch.channelsFirstShape(), 'c');
            INDArray labels = Nd4j.create(
                    batch.oneHot(), new long[] {batch.size(), batch.spec().classes()}, 'c');
            this.batch = new DataSet(images, labels);
        }

        @Override
        public long parameters() {
            return trained(network);
        }

        @Override
        public double step() {
            network.fit(batch);
            return network.score();
        }

        @Override
        public void close() {
            network.close();
        }
    }

    private static final class Inference implements Workload {

        private final ComputationGraph network;
        private final float[] images;
        private final long[] shape;

        Inference(ComputationGraph network, SyntheticBatch batch) {
            this.network = network;
            this.images = batch.channelsFirst();
            this.shape = batch.channelsFirstShape();
        }

        @Override
        public long parameters() {
            return trained(network);
        }

        @Override
        public double step() {
            INDArray input = Nd4j.create(images, shape, 'c');
            INDArray output = network.outputSingle(input);
            float[] probabilities = output.data().asFloat();
            input.close();
            return probabilities[0];
        }

        @Override
        public void close() {
            network.close();
        }
    }
}
