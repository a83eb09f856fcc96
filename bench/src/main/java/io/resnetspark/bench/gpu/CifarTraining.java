package io.resnetspark.bench.gpu;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.inference.NetworkClassifier;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.training.StepResult;
import io.resnetspark.model.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

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
    private static final float[] MEAN = {125.3f, 123.0f, 113.9f};
    private static final float[] DEVIATION = {63.0f, 62.1f, 66.7f};

    private CifarTraining() {}

    /**
     * Labelled images in CIFAR-10's binary format: records of a label and three planes of 32 x 32 bytes.
     *
     * @param training files of equal length
     */
    private record Data(byte[][] training, byte[] test) {

        int perFile() {
            return training[0].length / RECORD_BYTES;
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
        try (Trainer trainer =
                Trainer.create(Architecture.CIFAR_RESNET20.spec(), 1, SGD, Trainer.NO_CLIPPING, GpuBench.precision())) {
            Random random = new Random(1);
            long steps = 0;
            long start = System.nanoTime();
            for (int epoch = 0; epoch < epochs; epoch++) {
                double rate = epoch * 4 >= epochs * 3 ? 0.001 : epoch * 2 >= epochs ? 0.01 : 0.1;
                steps = epoch(trainer, data, random, rate, epoch, steps);
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
        try (Trainer trainer =
                Trainer.create(Architecture.CIFAR_RESNET20.spec(), 1, SGD, Trainer.NO_CLIPPING, GpuBench.precision())) {
            Random random = new Random(1);
            long steps = 0;
            long start = System.nanoTime();
            double correct = 0;
            double taken = 0;
            int epoch = 0;
            while (correct < percent && taken < seconds) {
                steps = epoch(trainer, data, random, 0.05, epoch++, steps);
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

    private static long epoch(Trainer trainer, Data data, Random random, double rate, int epoch, long steps) {
        int count = data.perFile() * data.training().length;
        int[] order = shuffled(count, random);
        StepResult result = StepResult.NONE;
        for (int first = 0; first + BATCH <= count; first += BATCH) {
            float[] images = new float[BATCH * PIXELS * 3];
            INDArray labels = Nd4j.zeros(BATCH, CLASSES);
            for (int i = 0; i < BATCH; i++) {
                int example = order[first + i];
                byte[] file = data.training()[example / data.perFile()];
                int at = example % data.perFile() * RECORD_BYTES;
                labels.putScalar(i, file[at], 1);
                put(file, at + 1, images, i, random.nextInt(9) - 4, random.nextInt(9) - 4, random.nextBoolean());
            }
            result = result.plus(
                    trainer.step(Nd4j.create(images, new long[] {BATCH, SIZE, SIZE, 3}, 'c'), labels, rate, steps++));
        }
        System.err.printf("epoch %d: loss %.4f, accuracy %.4f%n", epoch, result.loss(), result.accuracy());
        return steps;
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

    /** Normalises an image; what a shift brings in from outside is zero. */
    private static void put(byte[] file, int at, float[] images, int image, int down, int right, boolean flip) {
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                int fromY = y + down;
                int fromX = (flip ? SIZE - 1 - x : x) + right;
                if (fromY < 0 || fromY >= SIZE || fromX < 0 || fromX >= SIZE) {
                    continue;
                }
                for (int channel = 0; channel < 3; channel++) {
                    int value = file[at + channel * PIXELS + fromY * SIZE + fromX] & 0xff;
                    images[((image * SIZE + y) * SIZE + x) * 3 + channel] =
                            (value - MEAN[channel]) / DEVIATION[channel];
                }
            }
        }
    }

    private static double testError(Trainer trainer, byte[] test) {
        int count = test.length / RECORD_BYTES;
        int wrong = 0;
        try (NetworkClassifier classifier = NetworkClassifier.create(
                Architecture.CIFAR_RESNET20.spec(), NetworkWeights.of(trainer.network()), BATCH)) {
            for (int first = 0; first < count; first += BATCH) {
                int images = Math.min(BATCH, count - first);
                float[] pixels = new float[images * PIXELS * 3];
                for (int i = 0; i < images; i++) {
                    put(test, (first + i) * RECORD_BYTES + 1, pixels, i, 0, 0, false);
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
