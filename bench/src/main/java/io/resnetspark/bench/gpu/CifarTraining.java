package io.resnetspark.bench.gpu;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Normaliser;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.image.augment.ColourJitter;
import io.resnetspark.model.image.augment.Crop;
import io.resnetspark.model.image.augment.FlipPattern;
import io.resnetspark.model.image.augment.Preprocessor;
import io.resnetspark.model.image.augment.RandomErasing;
import io.resnetspark.model.image.load.Batch;
import io.resnetspark.model.image.load.BatchLoader;
import io.resnetspark.model.image.load.BatchRecipe;
import io.resnetspark.model.image.load.ExampleSource;
import io.resnetspark.model.image.load.ReadAhead;
import io.resnetspark.model.image.load.StoredImage;
import io.resnetspark.model.inference.NetworkClassifier;
import io.resnetspark.model.kernel.HostArrays;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.program.ImageSamples;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.training.StepResult;
import io.resnetspark.model.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * CIFAR ResNet-20 as He et al. 2015, section 4.2, train it, in fewer epochs: batches of 128, random crops of images padded by 4
 * and flips, the rate divided by 10 at a half and at three quarters. Reports the error on the test images. Or on synthetic
 * images of that shape, until a target is reached.
 */
final class CifarTraining {

    private static final int SIZE = 32;
    private static final int PIXELS = SIZE * SIZE;
    private static final int RECORD_BYTES = 1 + 3 * PIXELS;
    private static final int BATCH = 128;
    private static final int CLASSES = 10;
    private static final Preprocessing PREPROCESSING =
            new Preprocessing(3, 0, SIZE, List.of(0.4914f, 0.4823f, 0.4467f), List.of(0.2471f, 0.2435f, 0.2616f));
    private static final BatchRecipe RECIPE = BatchRecipe.training(
            PREPROCESSING,
            new Augmentation(
                    new Crop.PaddedRandom(4, Crop.Border.MEAN),
                    0.5,
                    FlipPattern.RANDOM,
                    ColourJitter.none(),
                    RandomErasing.none(),
                    0,
                    0,
                    0),
            1,
            CLASSES);

    private CifarTraining() {}

    /**
     * Labelled images in CIFAR-10's binary format: records of a label and three planes of 32 x 32 bytes.
     *
     * @param training files of equal length
     */
    private record Data(byte[][] training, byte[] test) implements ExampleSource {

        int perFile() {
            return training[0].length / RECORD_BYTES;
        }

        @Override
        public int size() {
            return perFile() * training.length;
        }

        @Override
        public StoredImage read(int index) {
            byte[] file = training[index / perFile()];
            int at = index % perFile() * RECORD_BYTES;
            return StoredImage.raw(index, file[at], SIZE, SIZE, 3, interleaved(file, at + 1));
        }

        /** Three planes as pixels. */
        private static byte[] interleaved(byte[] file, int at) {
            byte[] pixels = new byte[3 * PIXELS];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = file[at + i % 3 * PIXELS + i / 3];
            }
            return pixels;
        }

        static Data of(Path folder) throws IOException {
            byte[][] files = new byte[5][];
            for (int i = 0; i < files.length; i++) {
                files[i] = Files.readAllBytes(folder.resolve("data_batch_" + (i + 1) + ".bin"));
            }
            return new Data(files, Files.readAllBytes(folder.resolve("test_batch.bin")));
        }

        /** Each class is a coarse pattern; images show it shifted, at some contrast, among noise that is stronger. */
        static Data synthetic(int training, int test) {
            Random random = new Random(5);
            float[][] patterns = new float[CLASSES][3 * PIXELS];
            for (float[] pattern : patterns) {
                for (int plane = 0; plane < 3; plane++) {
                    float[] coarse = new float[64];
                    for (int i = 0; i < coarse.length; i++) {
                        coarse[i] = (float) random.nextGaussian();
                    }
                    for (int pixel = 0; pixel < PIXELS; pixel++) {
                        pattern[plane * PIXELS + pixel] = coarse[pixel / SIZE / 4 * 8 + pixel % SIZE / 4];
                    }
                }
            }
            return new Data(new byte[][] {images(patterns, training, random)}, images(patterns, test, random));
        }

        private static byte[] images(float[][] patterns, int count, Random random) {
            byte[] records = new byte[count * RECORD_BYTES];
            for (int i = 0; i < count; i++) {
                int label = random.nextInt(CLASSES);
                records[i * RECORD_BYTES] = (byte) label;
                int down = random.nextInt(SIZE);
                int right = random.nextInt(SIZE);
                float contrast = 10 + 20 * random.nextFloat();
                for (int j = 0; j < 3 * PIXELS; j++) {
                    int y = (j % PIXELS / SIZE + down) % SIZE;
                    int x = (j % SIZE + right) % SIZE;
                    float value = 120
                            + contrast * patterns[label][j / PIXELS * PIXELS + y * SIZE + x]
                            + 45 * (float) random.nextGaussian();
                    records[i * RECORD_BYTES + 1 + j] = (byte) Math.max(0, Math.min(255, value));
                }
            }
            return records;
        }
    }

    private static final Sgd SGD = new Sgd(0.9, Sgd.Momentum.CLASSIC, 1e-4, DecayScope.ALL);

    static void run(Path folder, int epochs) throws IOException {
        Data data = Data.of(folder);
        try (Trainer trainer = Trainer.create(
                        Architecture.CIFAR_RESNET20.spec(), 1, SGD, Trainer.NO_CLIPPING, GpuBench.precision());
                BatchLoader loader = loader(trainer)) {
            Random random = new Random(1);
            long steps = 0;
            long start = System.nanoTime();
            for (int epoch = 0; epoch < epochs; epoch++) {
                double rate = epoch * 4 >= epochs * 3 ? 0.001 : epoch * 2 >= epochs ? 0.01 : 0.1;
                steps = epoch(trainer, loader, data, random, rate, steps);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            trainer.state(); // into the network's own array
            System.out.printf(
                    "{\"result\": \"cifar\", \"network\": \"cifar-resnet20\", \"epochs\": %d, \"test_error_percent\": %.2f,"
                            + " \"images_per_second\": %.0f, \"kernels\": \"%s\"}%n",
                    epochs,
                    100 * testError(trainer, data.test()),
                    (double) steps * BATCH / seconds,
                    Kernels.ofThisProcess().description());
        }
    }

    /**
     * Trains on synthetic images until so many of unseen ones are classified correctly.
     *
     * @return whether they are before the time is over
     */
    static boolean reach(double percent, double seconds) {
        Data data = Data.synthetic(25_000, 2_000);
        try (Trainer trainer = Trainer.create(
                        Architecture.CIFAR_RESNET20.spec(), 1, SGD, Trainer.NO_CLIPPING, GpuBench.precision());
                BatchLoader loader = loader(trainer)) {
            Random random = new Random(1);
            long steps = 0;
            long start = System.nanoTime();
            double correct = 0;
            double taken = 0;
            int epoch = 0;
            while (correct < percent && taken < seconds) {
                steps = epoch(trainer, loader, data, random, 0.05, steps);
                epoch++;
                trainer.state(); // into the network's own array
                correct = 100 * (1 - testError(trainer, data.test()));
                taken = (System.nanoTime() - start) / 1e9;
                System.err.printf("epoch %d: %.2f %% of unseen images after %.1f s%n", epoch, correct, taken);
            }
            System.out.printf(
                    "{\"result\": \"target\", \"network\": \"cifar-resnet20\", \"percent\": %.2f, \"target\": %.0f,"
                            + " \"epochs\": %d, \"seconds\": %.1f, \"images_per_second\": %.0f, \"kernels\": \"%s\"}%n",
                    correct,
                    percent,
                    epoch,
                    taken,
                    steps * BATCH / taken,
                    Kernels.ofThisProcess().description());
            return correct >= percent;
        }
    }

    /** As workers of Spark do: from a loader's threads, as bytes where the trainer takes them, losses a step late. */
    private static long epoch(Trainer trainer, BatchLoader loader, Data data, Random random, double rate, long steps) {
        int[] order = shuffled(data.size(), random);
        List<int[]> batches = IntStream.range(0, order.length / BATCH)
                .mapToObj(i -> Arrays.copyOfRange(order, i * BATCH, (i + 1) * BATCH))
                .toList();
        loader.start(data, batches, steps / batches.size());
        StepResult result = StepResult.NONE;
        Supplier<StepResult> pending = () -> StepResult.NONE;
        long done = steps;
        while (loader.hasNext()) {
            Batch batch = loader.next();
            INDArray images = batch.samples().hasRemaining()
                    ? HostArrays.wrap(batch.samples(), BATCH, batch.samples().remaining() / BATCH)
                    : HostArrays.wrap(batch.features(), BATCH, SIZE, SIZE, 3);
            Supplier<StepResult> begun =
                    trainer.begin(images, HostArrays.wrap(batch.targets(), BATCH, CLASSES), rate, done++);
            result = result.plus(pending.get());
            pending = begun;
        }
        result = result.plus(pending.get());
        System.err.printf(
                "epoch %d: loss %.4f, accuracy %.4f; waited %.2f s for images%n",
                steps / batches.size(),
                result.loss(),
                result.accuracy(),
                loader.statistics().waitNanos() / 1e9);
        return done;
    }

    private static BatchLoader loader(Trainer trainer) {
        boolean samples = trainer.readSamples(
                new ImageSamples(new ImageShape(1, SIZE, SIZE, 3), new Normaliser(PREPROCESSING).table(), false));
        return new BatchLoader(
                RECIPE, BATCH, ReadAhead.standard(), samples ? Batch.Pixels.SAMPLES : Batch.Pixels.NORMALISED);
    }

    private static int[] shuffled(int count, Random random) {
        int[] order = IntStream.range(0, count).toArray();
        for (int i = count - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[other];
            order[other] = swap;
        }
        return order;
    }

    private static double testError(Trainer trainer, byte[] test) {
        int count = test.length / RECORD_BYTES;
        int wrong = 0;
        Preprocessor preprocessor = new Preprocessor(PREPROCESSING);
        try (NetworkClassifier classifier = NetworkClassifier.create(
                Architecture.CIFAR_RESNET20.spec(), NetworkWeights.of(trainer.network()), BATCH)) {
            for (int first = 0; first < count; first += BATCH) {
                int images = Math.min(BATCH, count - first);
                float[] pixels = new float[images * PIXELS * 3];
                for (int i = 0; i < images; i++) {
                    byte[] samples = Data.interleaved(test, (first + i) * RECORD_BYTES + 1);
                    preprocessor.apply(new Image(SIZE, SIZE, 3, samples), pixels, i * 3 * PIXELS);
                }
                float[] logits = classifier.logits(pixels, images);
                for (int i = 0; i < images; i++) {
                    int best = 0;
                    for (int c = 1; c < CLASSES; c++) {
                        best = logits[i * CLASSES + c] > logits[i * CLASSES + best] ? c : best;
                    }
                    wrong += best == test[(first + i) * RECORD_BYTES] ? 0 : 1;
                }
            }
        }
        return (double) wrong / count;
    }
}
