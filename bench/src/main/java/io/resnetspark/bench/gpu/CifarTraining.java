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
 * and flips, the rate divided by 10 at a half and at three quarters. Reports the error on the test images.
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

    static void run(Path folder, int epochs) throws IOException {
        byte[][] files = new byte[5][];
        for (int i = 0; i < files.length; i++) {
            files[i] = Files.readAllBytes(folder.resolve("data_batch_" + (i + 1) + ".bin"));
        }
        byte[] test = Files.readAllBytes(folder.resolve("test_batch.bin"));
        int perFile = files[0].length / RECORD_BYTES;
        int count = perFile * files.length;
        Random random = new Random(1);
        Sgd sgd = new Sgd(0.9, Sgd.Momentum.CLASSIC, 1e-4, DecayScope.ALL);
        try (Trainer trainer =
                Trainer.create(Architecture.CIFAR_RESNET20.spec(), 1, sgd, Trainer.NO_CLIPPING, GpuBench.precision())) {
            long step = 0;
            long start = System.nanoTime();
            for (int epoch = 0; epoch < epochs; epoch++) {
                double rate = epoch * 4 >= epochs * 3 ? 0.001 : epoch * 2 >= epochs ? 0.01 : 0.1;
                int[] order = shuffled(count, random);
                StepResult result = StepResult.NONE;
                for (int first = 0; first + BATCH <= count; first += BATCH) {
                    float[] images = new float[BATCH * PIXELS * 3];
                    INDArray labels = Nd4j.zeros(BATCH, CLASSES);
                    for (int i = 0; i < BATCH; i++) {
                        int example = order[first + i];
                        byte[] file = files[example / perFile];
                        int at = example % perFile * RECORD_BYTES;
                        labels.putScalar(i, file[at], 1);
                        put(
                                file,
                                at + 1,
                                images,
                                i,
                                random.nextInt(9) - 4,
                                random.nextInt(9) - 4,
                                random.nextBoolean());
                    }
                    result = result.plus(trainer.step(
                            Nd4j.create(images, new long[] {BATCH, SIZE, SIZE, 3}, 'c'), labels, rate, step++));
                }
                System.err.printf("epoch %d: loss %.4f, accuracy %.4f%n", epoch, result.loss(), result.accuracy());
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            trainer.state(); // into the network's own array
            System.out.printf(
                    "{\"result\": \"cifar\", \"network\": \"cifar-resnet20\", \"epochs\": %d, \"test_error_percent\": %.2f,"
                            + " \"images_per_second\": %.0f, \"kernels\": \"%s\"}%n",
                    epochs,
                    100 * testError(trainer, test),
                    (double) step * BATCH / seconds,
                    Kernels.ofThisProcess().description());
        }
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
