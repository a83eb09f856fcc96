package io.resnetspark.model.gpu.cudnn;

import static io.resnetspark.model.RelativeDifference.difference;
import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.image.Normaliser;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.image.augment.ColourJitter;
import io.resnetspark.model.image.augment.Crop;
import io.resnetspark.model.image.augment.FlipPattern;
import io.resnetspark.model.image.augment.RandomErasing;
import io.resnetspark.model.image.load.Batch;
import io.resnetspark.model.image.load.BatchLoader;
import io.resnetspark.model.image.load.BatchRecipe;
import io.resnetspark.model.image.load.ExampleSource;
import io.resnetspark.model.image.load.ReadAhead;
import io.resnetspark.model.image.load.StoredImage;
import io.resnetspark.model.kernel.HostArrays;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.model.optim.RateFactors;
import io.resnetspark.model.program.ImageSamples;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.training.Trainer;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A device that gets samples, and what is to be done to them, trains on what the host would have made of them. */
class DeviceAugmentationTest {

    private static final int COUNT = 7;
    private static final int EPOCHS = 3;
    private static final ResNetSpec SPEC =
            SmallNetworks.shallow(Architecture.CIFAR_RESNET20).withInput(3, 9); // 243 samples: no multiple of 4
    private static final Preprocessing PREPROCESSING =
            new Preprocessing(3, 0, SPEC.inputSize(), Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);

    private static final ExampleSource SOURCE = new ExampleSource() {
        @Override
        public int size() {
            return COUNT;
        }

        @Override
        public StoredImage read(int index) {
            byte[] pixels = new byte[SPEC.inputSize() * SPEC.inputSize() * 3];
            new Random(index).nextBytes(pixels);
            return StoredImage.raw(index, index % SPEC.classes(), SPEC.inputSize(), SPEC.inputSize(), 3, pixels);
        }
    };

    private static Trainer trainer(Kernels kernels, TrainingPrecision precision) {
        OptimizerConfig plain = new Sgd(0, Momentum.CLASSIC, 0, DecayScope.ALL);
        ComputationGraph network = ResNet.create(SPEC, 0, kernels);
        NetworkWeights.load(network, SmallNetworks.weights(SPEC, 2));
        return new Trainer(network, plain, Trainer.NO_CLIPPING, RateFactors.EQUAL, precision);
    }

    private static boolean readsSamples(Trainer trainer) {
        ImageShape image = new ImageShape(1, SPEC.inputSize(), SPEC.inputSize(), 3);
        return trainer.readSamples(new ImageSamples(image, new Normaliser(PREPROCESSING).table(), true));
    }

    private static INDArray images(Batch batch, Batch.Pixels kept) {
        return kept == Batch.Pixels.SAMPLES
                ? HostArrays.wrap(
                        batch.samples(), batch.count(), batch.samples().remaining() / batch.count())
                : HostArrays.wrap(batch.features(), batch.count(), SPEC.inputSize(), SPEC.inputSize(), 3);
    }

    private static float[] trained(Augmentation augmentation, TrainingPrecision precision, Batch.Pixels kept) {
        BatchRecipe recipe = BatchRecipe.training(PREPROCESSING, augmentation, 5, SPEC.classes());
        try (Trainer trainer = trainer(new CudnnKernels(EmulatedDevice.open()), precision);
                BatchLoader loader = new BatchLoader(recipe, 4, ReadAhead.standard(), kept)) {
            assertThat(kept == Batch.Pixels.NORMALISED || readsSamples(trainer)).isTrue();
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                loader.start(SOURCE, List.of(new int[] {0, 1, 2, 3}, new int[] {4, 5, 6}), epoch);
                while (loader.hasNext()) {
                    Batch batch = loader.next();
                    INDArray targets = HostArrays.wrap(batch.targets(), batch.count(), SPEC.classes());
                    trainer.step(images(batch, kept), targets, 0.1, epoch);
                }
            }
            return trainer.state().parameters();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "FP32, 0, 0, 0",
        "BF16, 0, 0, 0",
        "FP32, 0.7, 0, 0",
        "FP32, 0, 0.4, 0",
        "FP32, 0, 0, 1",
        "BF16, 0.5, 0.4, 1"
    })
    void samplesBecomeOnTheDeviceWhatTheHostMakesOfThem(
            TrainingPrecision precision, double erasing, double mixup, double cutmix) {
        Augmentation augmentation = new Augmentation(
                new Crop.PaddedRandom(2, Crop.Border.REFLECT),
                0.5,
                FlipPattern.RANDOM,
                new ColourJitter(0.4, 0.4, 0.4, 0.1),
                RandomErasing.withProbability(erasing),
                mixup,
                cutmix,
                0.1);
        float[] host = trained(augmentation, precision, Batch.Pixels.NORMALISED);
        float[] device = trained(augmentation, precision, Batch.Pixels.SAMPLES);
        if (mixup == 0) {
            assertThat(device).isEqualTo(host);
        } else { // a device may round a product and a sum at once
            assertThat(difference(device, host)).isLessThan(precision == TrainingPrecision.FP32 ? 1e-5 : 1e-2);
        }
        assertThat(difference(trained(Augmentation.none(), precision, Batch.Pixels.SAMPLES), host))
                .isGreaterThan(1e-3);
    }

    @Test
    void otherKernelsTakeFloats() {
        try (Trainer host = trainer(Kernels.nd4j(), TrainingPrecision.FP32)) {
            assertThat(readsSamples(host)).isFalse();
        }
    }
}
