package io.resnetspark.bench.workload;

import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.inference.NetworkClassifier;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.training.Trainer;
import io.resnetspark.model.weights.StateDict;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** This project's trainer and classifier. */
final class Ours {

    private Ours() {}

    static Workload open(SyntheticBatch batch, Mode mode, TrainingPrecision precision) {
        return mode == Mode.TRAIN ? new Training(batch, precision) : Inference.of(batch);
    }

    static String description() {
        return "resnet-spark on " + Kernels.ofThisProcess().description();
    }

    static long parameters(ResNetSpec spec) {
        return trained(ParameterLayout.of(spec));
    }

    private static long trained(ParameterLayout layout) {
        return layout.segments().stream()
                .filter(segment -> segment.kind().trainable())
                .mapToLong(ParameterLayout.Segment::length)
                .sum();
    }

    private static final class Training implements Workload {

        private final Trainer trainer;
        private final INDArray images;
        private final INDArray labels;
        private long steps;

        Training(SyntheticBatch batch, TrainingPrecision precision) {
            Sgd sgd = new Sgd(Hyperparameters.MOMENTUM, Sgd.Momentum.CLASSIC, 0, DecayScope.ALL);
            trainer = Trainer.create(batch.spec(), Hyperparameters.SEED, sgd, Trainer.NO_CLIPPING, precision);
            images = Nd4j.create(batch.images(), batch.channelsLastShape(), 'c');
            labels = Nd4j.create(
                    batch.oneHot(), new long[] {batch.size(), batch.spec().classes()}, 'c');
        }

        @Override
        public long parameters() {
            return trained(trainer.layout());
        }

        @Override
        public double step() {
            return trainer.step(images, labels, Hyperparameters.LEARNING_RATE, steps++)
                    .lossSum();
        }

        @Override
        public void close() {
            trainer.close();
        }
    }

    private record Inference(SyntheticBatch batch, long parameters, NetworkClassifier classifier) implements Workload {

        static Inference of(SyntheticBatch batch) {
            ComputationGraph network = ResNet.create(batch.spec(), Hyperparameters.SEED);
            StateDict weights = NetworkWeights.of(network);
            long parameters = trained(ParameterLayout.of(network));
            ResNet.close(network);
            return new Inference(batch, parameters, NetworkClassifier.create(batch.spec(), weights, batch.size()));
        }

        @Override
        public double step() {
            return classifier.logits(batch.images(), batch.size())[0];
        }

        @Override
        public void close() {
            classifier.close();
        }
    }
}
