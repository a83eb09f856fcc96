package io.resnetspark.bench.workload;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.Batchifier;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.nio.FloatBuffer;
import java.nio.file.Path;

/** PyTorch on the CPU, driven from Java by the Deep Java Library. */
final class DjlPyTorch {

    private static final String ENGINE = "PyTorch";

    private DjlPyTorch() {}

    static Workload open(SyntheticBatch batch, Mode mode) {
        return mode == Mode.TRAIN ? new Training(batch) : new Inference(batch);
    }

    static String description() {
        return "PyTorch %s through DJL %s".formatted(Engine.getEngine(ENGINE).getVersion(), Engine.getDjlVersion());
    }

    /** Where DJL unpacks PyTorch. */
    static String cacheDirectory() {
        return System.getProperty(
                "resnet.bench.cache",
                Path.of(System.getProperty("java.io.tmpdir"), "resnet-bench-djl")
                        .toString());
    }

    private static NDArray array(NDManager manager, float[] values, long[] shape) {
        return manager.create(FloatBuffer.wrap(values), new Shape(shape), DataType.FLOAT32);
    }

    private static final class Training implements Workload {

        private final Model model;
        private final Trainer trainer;
        private final NDList images;
        private final NDList labels;

        Training(SyntheticBatch batch) {
            model = Model.newInstance("resnet", ENGINE);
            model.setBlock(DjlResNet.of(batch.spec()));
            trainer = model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                    .optOptimizer(Optimizer.sgd()
                            .setLearningRateTracker(Tracker.fixed(Hyperparameters.LEARNING_RATE))
                            .optMomentum(Hyperparameters.MOMENTUM)
                            .build()));
            trainer.initialize(new Shape(batch.channelsFirstShape()));
            NDManager manager = trainer.getManager();
            images = new NDList(array(manager, batch.channelsFirst(), batch.channelsFirstShape()));
            labels = new NDList(manager.create(batch.labels()));
        }

        @Override
        public long parameters() {
            return DjlResNet.trained(model.getBlock());
        }

        @Override
        public double step() {
            // What a step computes belongs to the manager of its input, and is freed with it.
            try (NDManager scratch = trainer.getManager().newSubManager()) {
                images.tempAttach(scratch);
                labels.tempAttach(scratch);
                NDArray loss;
                try (GradientCollector collector = trainer.newGradientCollector()) {
                    NDList logits = trainer.forward(images);
                    loss = trainer.getLoss().evaluate(labels, logits);
                    collector.backward(loss);
                }
                trainer.step();
                return loss.getFloat();
            }
        }

        @Override
        public void close() {
            trainer.close();
            model.close();
        }
    }

    private static final class Inference implements Workload {

        private final Model model;
        private final Predictor<float[], float[]> predictor;
        private final float[] images;

        Inference(SyntheticBatch batch) {
            model = Model.newInstance("resnet", ENGINE);
            Block network = DjlResNet.of(batch.spec());
            network.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(batch.channelsFirstShape()));
            model.setBlock(network);
            predictor = model.newPredictor(new WholeBatch(batch.channelsFirstShape()));
            images = batch.channelsFirst();
        }

        @Override
        public long parameters() {
            return DjlResNet.trained(model.getBlock());
        }

        @Override
        public double step() {
            try {
                return predictor.predict(images)[0];
            } catch (TranslateException e) {
                throw new IllegalStateException("DJL's predictor failed: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            predictor.close();
            model.close();
        }
    }

    /**
     * From a batch of images to their logits.
     *
     * @param shape {@code {N, C, H, W}}
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record WholeBatch(long[] shape) implements Translator<float[], float[]> {

        @Override
        public NDList processInput(TranslatorContext context, float[] images) {
            return new NDList(array(context.getNDManager(), images, shape));
        }

        @Override
        public float[] processOutput(TranslatorContext context, NDList logits) {
            return logits.singletonOrThrow().toFloatArray();
        }

        @Override
        public Batchifier getBatchifier() {
            return null; // the input is a batch already
        }
    }
}
