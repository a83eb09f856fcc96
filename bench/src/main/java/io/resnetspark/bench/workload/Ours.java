package io.resnetspark.bench.workload;

import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.inference.NetworkClassifier;
import io.resnetspark.model.inference.RangeCalibration;
import io.resnetspark.model.inference.SharedNetwork;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.onnx.OnnxInput;
import io.resnetspark.model.onnx.OnnxModel;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.program.Quantization;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.training.Trainer;
import io.resnetspark.model.weights.StateDict;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** This project's trainer and classifier. */
final class Ours {

    private Ours() {}

    static Workload open(SyntheticBatch batch, Mode mode, TrainingPrecision precision) {
        return mode == Mode.TRAIN ? new Training(batch, precision) : Inference.of(batch, InferencePrecision.FP32);
    }

    static Workload open(SyntheticBatch batch, InferencePrecision precision) {
        return Inference.of(batch, precision);
    }

    /** The network that peers get, as ONNX. */
    static void writeOnnx(SyntheticBatch batch, InferencePrecision precision, OutputStream out) throws IOException {
        ResNetSpec spec = batch.spec();
        List<String> labels =
                IntStream.range(0, spec.classes()).mapToObj(Integer::toString).toList();
        int size = spec.inputSize();
        ModelCard card = new ModelCard(
                spec,
                labels,
                new Preprocessing(
                        spec.channels(), size, size, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD));
        StateDict weights = weights(spec);
        OnnxModel.write(
                precision == InferencePrecision.INT8 ? card.with(quantization(batch, weights)) : card,
                weights,
                OnnxInput.FLOAT32,
                out);
    }

    private static StateDict weights(ResNetSpec spec) {
        ComputationGraph network = ResNet.create(spec, Hyperparameters.SEED);
        StateDict weights = NetworkWeights.of(network);
        ResNet.close(network);
        return weights;
    }

    private static Quantization quantization(SyntheticBatch batch, StateDict weights) {
        try (RangeCalibration calibration = new RangeCalibration(batch.spec(), weights, batch.size())) {
            calibration.add(batch.images(), batch.size());
            return calibration.quantization("the benchmark's batch");
        }
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

        static Inference of(SyntheticBatch batch, InferencePrecision precision) {
            StateDict weights = weights(batch.spec());
            Optional<Quantization> quantization =
                    precision == InferencePrecision.INT8 ? Optional.of(quantization(batch, weights)) : Optional.empty();
            return new Inference(
                    batch,
                    Ours.parameters(batch.spec()),
                    SharedNetwork.of(batch.spec(), weights)
                            .in(precision, quantization)
                            .classifier(batch.size()));
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
