package io.resnetspark.model.image.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Normaliser;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.image.augment.ColourJitter;
import io.resnetspark.model.image.augment.Crop;
import io.resnetspark.model.image.augment.FlipPattern;
import io.resnetspark.model.image.augment.Preprocessor;
import io.resnetspark.model.image.augment.RandomErasing;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class BatchLoaderTest {

    private static final int CLASSES = 5;
    private static final int SIZE = 8;
    private static final int LENGTH = SIZE * SIZE * 3;
    private static final Preprocessing PREPROCESSING =
            new Preprocessing(3, 0, SIZE, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
    private static final Augmentation EVERYTHING = new Augmentation(
            new Crop.PaddedRandom(2, Crop.Border.BLACK),
            0.5,
            FlipPattern.RANDOM,
            new ColourJitter(0.4, 0.4, 0.4, 0.1),
            RandomErasing.withProbability(0.5),
            0.3,
            1,
            0.1);

    /** Images whose content, label and id follow from their position. */
    private static class Numbered implements ExampleSource {
        @Override
        public int size() {
            return 100;
        }

        @Override
        public StoredImage read(int index) throws IOException {
            byte[] pixels = new byte[LENGTH];
            for (int i = 0; i < LENGTH; i++) {
                pixels[i] = (byte) (index * 31 + i * 7);
            }
            return StoredImage.raw(index * 0x9E3779B97F4A7C15L, index % CLASSES, SIZE, SIZE, 3, pixels);
        }
    }

    private static List<int[]> batches(int... sizes) {
        List<int[]> batches = new ArrayList<>();
        int next = 0;
        for (int size : sizes) {
            int[] batch = new int[size];
            for (int i = 0; i < size; i++) {
                batch[i] = next++ % 100;
            }
            batches.add(batch);
        }
        return batches;
    }

    private static BatchRecipe recipe(Augmentation augmentation) {
        return BatchRecipe.training(PREPROCESSING, augmentation, 99, CLASSES);
    }

    /** Features and targets of one batch, copied out of the ring. */
    private record Copy(float[] features, float[] targets, int[] labels) {
        static Copy of(Batch batch) {
            float[] features = new float[batch.features().remaining()];
            batch.features().get(features);
            float[] targets = new float[batch.targets().remaining()];
            batch.targets().get(targets);
            return new Copy(features, targets, batch.labels());
        }
    }

    private static List<Copy> readAll(BatchLoader loader, ExampleSource source, List<int[]> batches, long epoch) {
        loader.start(source, batches, epoch);
        List<Copy> copies = new ArrayList<>();
        while (loader.hasNext()) {
            copies.add(Copy.of(loader.next()));
        }
        return copies;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "4, 1", "2, 3", "3, 8"})
    void threadsAndReadAheadDoNotChangeAnything(int threads, int ahead) {
        List<int[]> batches = batches(16, 16, 16, 16, 16, 16, 4);
        List<Copy> alone;
        List<Copy> many;
        try (BatchLoader loader = new BatchLoader(recipe(EVERYTHING), 16, new ReadAhead(1, 1))) {
            alone = readAll(loader, new Numbered(), batches, 3);
        }
        try (BatchLoader loader = new BatchLoader(recipe(EVERYTHING), 16, new ReadAhead(threads, ahead))) {
            many = readAll(loader, new Numbered(), batches, 3);
        }
        assertThat(many).usingRecursiveComparison().isEqualTo(alone);
    }

    /** An image is then as it is evaluated, or its mirror image. */
    @Test
    void inTheLastEpochsFlipsAreAllThatIsRandom() {
        List<Copy> plain;
        try (BatchLoader loader = new BatchLoader(recipe(Augmentation.none()), 16, new ReadAhead(1, 1))) {
            plain = readAll(loader, new Numbered(), batches(16, 16), 0);
        }
        BatchRecipe lateFlips = recipe(EVERYTHING).withFlipsOnlyFrom(7);
        try (BatchLoader before = new BatchLoader(recipe(EVERYTHING), 16, new ReadAhead(1, 1));
                BatchLoader loader = new BatchLoader(lateFlips, 16, new ReadAhead(1, 1))) {
            assertThat(readAll(loader, new Numbered(), batches(16, 16), 6))
                    .usingRecursiveComparison()
                    .isEqualTo(readAll(before, new Numbered(), batches(16, 16), 6));
            List<Copy> last = readAll(loader, new Numbered(), batches(16, 16), 7);
            int flipped = 0;
            for (int batch = 0; batch < last.size(); batch++) {
                for (int i = 0; i < 16; i++) {
                    float[] image = of(last.get(batch).features(), i);
                    float[] evaluated = of(plain.get(batch).features(), i);
                    if (!Arrays.equals(image, evaluated)) {
                        assertThat(image).isEqualTo(mirrored(evaluated));
                        flipped++;
                    }
                    float[] target = Arrays.copyOfRange(last.get(batch).targets(), i * CLASSES, (i + 1) * CLASSES);
                    assertThat(target[last.get(batch).labels()[i]]) // smoothed, and not mixed
                            .isCloseTo(0.9f + 0.1f / CLASSES, within(1e-6f));
                }
            }
            assertThat(flipped).isBetween(5, 27); // of 32
        }
    }

    private static float[] of(float[] features, int image) {
        return Arrays.copyOfRange(features, image * LENGTH, (image + 1) * LENGTH);
    }

    private static float[] mirrored(float[] image) {
        float[] out = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            int x = i / 3 % SIZE;
            out[i + (SIZE - 1 - 2 * x) * 3] = image[i];
        }
        return out;
    }

    /** Crops that overhang, flips, resized crops: what a device makes of samples is what the host makes of the image. */
    @Test
    void samplesNormalisedAreTheFeatures() {
        float[] table = new Normaliser(PREPROCESSING).table();
        for (Augmentation augmentation : List.of(Augmentation.none(), Augmentation.cifar(), Augmentation.imageNet())) {
            List<int[]> batches = batches(8, 8, 3);
            try (BatchLoader floats = new BatchLoader(recipe(augmentation), 8, new ReadAhead(2, 2));
                    BatchLoader bytes =
                            new BatchLoader(recipe(augmentation), 8, new ReadAhead(2, 2), Batch.Pixels.SAMPLES)) {
                floats.start(new Numbered(), batches, 5);
                bytes.start(new Numbered(), batches, 5);
                while (floats.hasNext()) {
                    Batch expected = floats.next();
                    Batch actual = bytes.next();
                    assertThat(actual.features().hasRemaining()).isFalse();
                    int stride = new ImageRecord(LENGTH).bytes();
                    assertThat(actual.samples().remaining()).isEqualTo(actual.count() * stride);
                    for (int i = 0; i < expected.features().remaining(); i++) {
                        int sample = actual.samples().get(i / LENGTH * stride + i % LENGTH) & 0xff;
                        assertThat(table[i % 3 * 256 + sample])
                                .isEqualTo(expected.features().get(i));
                    }
                    assertThat(Copy.of(actual).targets).isEqualTo(Copy.of(expected).targets);
                }
                assertThat(bytes.hasNext()).isFalse();
            }
        }
    }

    @Test
    void anImageIsAugmentedTheSameWhereverItStands() {
        try (BatchLoader loader = new BatchLoader(recipe(Augmentation.cifar()), 4, ReadAhead.standard())) {
            Copy together = readAll(loader, new Numbered(), List.of(new int[] {7, 8, 9, 10}), 1)
                    .get(0);
            Copy apart = readAll(loader, new Numbered(), List.of(new int[] {50}, new int[] {10, 9}), 1)
                    .get(1);
            Copy later = readAll(loader, new Numbered(), List.of(new int[] {10, 9}), 2)
                    .get(0);

            assertThat(Arrays.copyOfRange(apart.features, 0, LENGTH))
                    .isEqualTo(Arrays.copyOfRange(together.features, 3 * LENGTH, 4 * LENGTH));
            assertThat(Arrays.copyOfRange(apart.features, LENGTH, 2 * LENGTH))
                    .isEqualTo(Arrays.copyOfRange(together.features, 2 * LENGTH, 3 * LENGTH));
            assertThat(later.features).as("another epoch").isNotEqualTo(apart.features);
        }
    }

    @Test
    void evaluationIsThePreprocessor() throws Exception {
        Preprocessor preprocessor = new Preprocessor(PREPROCESSING);
        try (BatchLoader loader =
                new BatchLoader(BatchRecipe.evaluation(PREPROCESSING, CLASSES), 3, ReadAhead.standard())) {
            Copy batch = readAll(loader, new Numbered(), List.of(new int[] {3, 11}), 0)
                    .get(0);
            for (int i = 0; i < 2; i++) {
                byte[] pixels = new Numbered().read(i == 0 ? 3 : 11).bytes();
                assertThat(Arrays.copyOfRange(batch.features, i * LENGTH, (i + 1) * LENGTH))
                        .isEqualTo(preprocessor.apply(new Image(SIZE, SIZE, 3, pixels)));
            }
            assertThat(batch.targets).containsExactly(0, 0, 0, 1, 0, 0, 1, 0, 0, 0);
            assertThat(batch.labels).containsExactly(3, 1);
        }
    }

    @Test
    void buffersAreDirectAndUsedAgain() {
        try (BatchLoader loader = new BatchLoader(recipe(Augmentation.none()), 16, new ReadAhead(2, 2))) {
            Map<Integer, Set<Long>> addresses = new java.util.HashMap<>();
            Set<Integer> slots = new HashSet<>();
            for (int pass = 0; pass < 3; pass++) {
                loader.start(new Numbered(), batches(16, 16, 16, 16, 16, 7), pass);
                while (loader.hasNext()) {
                    Batch batch = loader.next();
                    assertThat(batch.features().isDirect()).isTrue();
                    assertThat(batch.features().order()).isEqualTo(java.nio.ByteOrder.nativeOrder());
                    assertThat(batch.features().remaining()).isEqualTo(batch.count() * LENGTH);
                    assertThat(batch.targets().remaining()).isEqualTo(batch.count() * CLASSES);
                    slots.add(batch.slot());
                    addresses
                            .computeIfAbsent(batch.slot(), slot -> new HashSet<>())
                            .add(address(batch.features()));
                }
            }
            assertThat(slots).hasSize(3).allMatch(slot -> slot < loader.slots());
            assertThat(addresses.values()).allMatch(of -> of.size() == 1);
        }
    }

    private static long address(FloatBuffer buffer) {
        try (org.bytedeco.javacpp.FloatPointer pointer = new org.bytedeco.javacpp.FloatPointer(buffer)) {
            return pointer.address();
        }
    }

    @Test
    void theBatchInUseIsNotOverwritten() throws Exception {
        try (BatchLoader loader = new BatchLoader(recipe(Augmentation.none()), 4, new ReadAhead(2, 1))) {
            loader.start(new Numbered(), batches(4, 4, 4, 4, 4, 4, 4, 4), 0);
            while (loader.hasNext()) {
                Batch batch = loader.next();
                Copy before = Copy.of(batch);
                Thread.sleep(5); // the threads go on as far as they may
                batch.features().rewind();
                batch.targets().rewind();
                assertThat(Copy.of(batch)).usingRecursiveComparison().isEqualTo(before);
            }
        }
    }

    @Test
    void neverMoreIsReadAheadThanAsked() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        ExampleSource counting = new Numbered() {
            @Override
            public StoredImage read(int index) throws IOException {
                reads.incrementAndGet();
                return super.read(index);
            }
        };
        try (BatchLoader loader = new BatchLoader(recipe(Augmentation.none()), 1, new ReadAhead(3, 2))) {
            loader.start(counting, batches(ones(20)), 0);
            for (int taken = 1; taken <= 10; taken++) {
                loader.next();
                Thread.sleep(5);
                assertThat(reads.get()).isLessThanOrEqualTo(taken + 2);
            }
        }
    }

    private static int[] ones(int count) {
        int[] ones = new int[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Test
    void aDamagedImageIsNamedWhereItsBatchIsDue() {
        ExampleSource damaged = new Numbered() {
            @Override
            public StoredImage read(int index) throws IOException {
                return index == 9 ? StoredImage.encoded(1, 0, "<html>".getBytes()) : super.read(index);
            }

            @Override
            public String describe(int index) {
                return "photo-" + index + ".jpg";
            }
        };
        try (BatchLoader loader = new BatchLoader(recipe(Augmentation.none()), 4, new ReadAhead(2, 4))) {
            loader.start(damaged, batches(4, 4, 4, 4), 0);
            assertThat(loader.next().count()).isEqualTo(4);
            assertThat(loader.next().count()).isEqualTo(4);
            assertThatThrownBy(loader::next)
                    .isInstanceOf(BadDataException.class)
                    .hasMessageContaining("photo-9.jpg")
                    .hasMessageContaining("not_an_image");
            assertThat(loader.hasNext()).isFalse();
            // The loader itself is still good.
            assertThat(readAll(loader, new Numbered(), batches(4, 4), 0)).hasSize(2);
        }
    }

    @Test
    void otherFailuresAreNamedToo() {
        assertThatThrownBy(() -> readWith(index -> {
                    throw new IOException("disk gone");
                }))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("example 0")
                .hasMessageContaining("disk gone");
        assertThatThrownBy(() -> readWith(index -> StoredImage.raw(1, 0, 3, 3, 3, new byte[5])))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("example 0");
        assertThatThrownBy(() -> readWith(index -> StoredImage.raw(1, CLASSES, 1, 1, 1, new byte[1])))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("label 5");
    }

    private interface Reading {
        StoredImage read(int index) throws IOException;
    }

    private static void readWith(Reading reading) {
        try (BatchLoader loader = new BatchLoader(recipe(Augmentation.none()), 1, ReadAhead.standard())) {
            readAll(
                    loader,
                    new ExampleSource() {
                        @Override
                        public int size() {
                            return 1;
                        }

                        @Override
                        public StoredImage read(int index) throws IOException {
                            return reading.read(index);
                        }
                    },
                    batches(1),
                    0);
        }
    }

    @Test
    void aPassCanBeLeftForAnother() {
        try (BatchLoader loader = new BatchLoader(recipe(EVERYTHING), 8, new ReadAhead(2, 3))) {
            List<int[]> batches = batches(8, 8, 8, 8, 8);
            List<Copy> wanted = readAll(loader, new Numbered(), batches, 4);
            for (int taken = 0; taken < 4; taken++) {
                loader.start(new Numbered(), batches(8, 8, 8, 8, 8, 8, 8), 1);
                for (int i = 0; i < taken; i++) {
                    loader.next();
                }
                assertThat(readAll(loader, new Numbered(), batches, 4))
                        .usingRecursiveComparison()
                        .isEqualTo(wanted);
            }
        }
    }

    @Test
    void waitingIsMeasuredAndCounted() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        ExampleSource slow = new Numbered() {
            @Override
            public StoredImage read(int index) throws IOException {
                try {
                    asked.await();
                    Thread.sleep(20);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return super.read(index);
            }
        };
        try (BatchLoader loader = new BatchLoader(recipe(Augmentation.none()), 2, ReadAhead.standard())) {
            loader.start(slow, batches(2, 1), 0);
            asked.countDown();
            loader.next();
            loader.next();
            InputStatistics statistics = loader.statistics();
            assertThat(statistics.batches()).isEqualTo(2);
            assertThat(statistics.examples()).isEqualTo(3);
            assertThat(statistics.waitNanos()).isPositive();
            assertThat(statistics.prepareNanos()).isGreaterThanOrEqualTo(3 * 20_000_000L);
        }
    }

    @Test
    void anInterruptEndsTheWait() {
        CountDownLatch never = new CountDownLatch(1);
        ExampleSource stuck = new Numbered() {
            @Override
            public StoredImage read(int index) throws IOException {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return super.read(index);
            }
        };
        BatchLoader loader = new BatchLoader(recipe(Augmentation.none()), 1, ReadAhead.standard());
        loader.start(stuck, batches(1), 0);
        Thread.currentThread().interrupt();
        assertThatThrownBy(loader::next).isInstanceOf(CancellationException.class);
        loader.close(); // does not wait either, as the thread is still interrupted
        assertThat(Thread.interrupted()).isTrue();
        never.countDown();
    }

    @Test
    void misuseIsRefused() {
        BatchLoader loader = new BatchLoader(recipe(Augmentation.none()), 2, ReadAhead.standard());
        assertThat(loader.hasNext()).isFalse();
        assertThatThrownBy(loader::next).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> loader.start(new Numbered(), batches(3), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> loader.start(new Numbered(), List.of(new int[0]), 0))
                .isInstanceOf(IllegalArgumentException.class);
        loader.close();
        loader.close();
        assertThatThrownBy(() -> loader.start(new Numbered(), batches(1), 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new ReadAhead(0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void targetsSumToOneHoweverMixed() {
        List<Copy> copies;
        try (BatchLoader loader = new BatchLoader(recipe(EVERYTHING), 32, ReadAhead.standard())) {
            copies = readAll(loader, new Numbered(), batches(32, 32, 1), 0);
        }
        boolean soft = false;
        for (Copy copy : copies) {
            for (int row = 0; row < copy.labels.length; row++) {
                float sum = 0;
                for (int c = 0; c < CLASSES; c++) {
                    float share = copy.targets[row * CLASSES + c];
                    assertThat(share).isBetween(0.1f / CLASSES - 1e-6f, 1f);
                    sum += share;
                }
                assertThat(sum).isCloseTo(1, within(1e-5f));
                soft |= copy.targets[row * CLASSES + copy.labels[row]] < 0.85f;
            }
        }
        assertThat(soft).isTrue();
    }

    /** Every mixed image is share * itself + (1 - share) * the one before, with the share its target row states. */
    @Test
    void mixupIsTheStatedMixtureOfNeighbours() {
        int[] order = {4, 8, 12, 21};
        float[] plain = mixed(0, 0, order).features;
        Copy mixed = mixed(0.8, 0, order);
        Set<Float> shares = new HashSet<>();
        for (int i = 0; i < order.length; i++) {
            int partner = (i + order.length - 1) % order.length;
            float share = mixed.targets[i * CLASSES + mixed.labels[i]];
            assertThat(mixed.targets[i * CLASSES + mixed.labels[partner]]).isCloseTo(1 - share, within(1e-6f));
            shares.add(share);
            for (int k = 0; k < LENGTH; k++) {
                float wanted = share * plain[i * LENGTH + k] + (1 - share) * plain[partner * LENGTH + k];
                assertThat(mixed.features[i * LENGTH + k]).isCloseTo(wanted, within(1e-5f));
            }
        }
        assertThat(shares).as("a share for each image").hasSize(order.length);
    }

    @Test
    void cutmixPastesTheStatedAreaOfTheNeighbour() {
        int[] order = {4, 8, 12, 21, 25, 33};
        float[] plain = mixed(0, 0, order).features;
        Copy mixed = mixed(0, 1, order);
        boolean pasted = false;
        for (int i = 0; i < order.length; i++) {
            int partner = (i + order.length - 1) % order.length;
            int foreign = 0;
            for (int k = 0; k < LENGTH; k += 3) {
                float value = mixed.features[i * LENGTH + k];
                if (value != plain[i * LENGTH + k]) {
                    assertThat(value).isEqualTo(plain[partner * LENGTH + k]);
                    foreign++;
                }
            }
            float share = mixed.targets[i * CLASSES + mixed.labels[i]];
            assertThat(1 - share).isCloseTo((float) foreign / (SIZE * SIZE), within(1e-6f));
            pasted |= foreign > 0;
        }
        assertThat(pasted).isTrue();
    }

    /** Neighbours in these orders always have different labels. */
    private static Copy mixed(double mixup, double cutmix, int... order) {
        Augmentation augmentation = new Augmentation(
                new Crop.Centre(), 0, FlipPattern.RANDOM, ColourJitter.none(), RandomErasing.none(), mixup, cutmix, 0);
        try (BatchLoader loader = new BatchLoader(recipe(augmentation), 8, ReadAhead.standard())) {
            return readAll(loader, new Numbered(), List.of(order), 0).get(0);
        }
    }

    @Test
    void anImageAloneMixesWithItself() {
        assertThat(mixed(1, 0, 5).features)
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(mixed(0, 0, 5).features);
        assertThat(mixed(1, 0, 5).targets).containsExactly(1, 0, 0, 0, 0);
    }

    /** The weights 1, 2, 3, 1, … */
    private static final class Weighted extends Numbered {
        @Override
        public float weight(int index) {
            return 1 + index % 3;
        }
    }

    @Test
    void targetsAddUpToTheWeightsOfTheirExamples() {
        try (BatchLoader loader = new BatchLoader(recipe(Augmentation.none()), 8, ReadAhead.standard())) {
            Copy plain = readAll(loader, new Weighted(), batches(4), 0).get(0);
            for (int i = 0; i < 4; i++) {
                for (int c = 0; c < CLASSES; c++) {
                    assertThat(plain.targets[i * CLASSES + c]).isEqualTo(c == i % CLASSES ? 1 + i % 3 : 0);
                }
            }
        }
        Augmentation mixup = new Augmentation(
                new Crop.Centre(), 0, FlipPattern.RANDOM, ColourJitter.none(), RandomErasing.none(), 1, 0, 0);
        try (BatchLoader loader = new BatchLoader(recipe(mixup), 8, ReadAhead.standard())) {
            Copy weighted = readAll(loader, new Weighted(), batches(4), 0).get(0);
            Copy alike = readAll(loader, new Numbered(), batches(4), 0).get(0);
            for (int i = 0; i < 4 * CLASSES; i++) {
                assertThat(weighted.targets[i])
                        .as("an image's share is that of its own weight")
                        .isCloseTo(alike.targets[i] * (1 + i % CLASSES % 3), within(1e-6f));
            }
        }
    }

    @Test
    void smoothingSpreadsItsShareEvenly() {
        float[] row = new float[4];
        SoftTarget.write(row, 1, 1, 1, 0, 0.2);
        assertThat(row).containsExactly(new float[] {0.05f, 0.85f, 0.05f, 0.05f}, within(1e-6f));
    }

    @Test
    void unlabelledExamplesHaveNoTarget() {
        float[] row = {9, 9};
        SoftTarget.write(row, StoredImage.UNLABELLED, 1, StoredImage.UNLABELLED, 0, 0.1);
        assertThat(row).containsOnly(0);
    }

    @Test
    void threadsEndWithTheLoader() throws Exception {
        Map<Thread, Boolean> before = new IdentityHashMap<>();
        Thread.getAllStackTraces().keySet().forEach(thread -> before.put(thread, true));
        BatchLoader loader = new BatchLoader(recipe(Augmentation.none()), 1, new ReadAhead(3, 1));
        readAll(loader, new Numbered(), batches(1, 1), 0);
        List<Thread> started = Thread.getAllStackTraces().keySet().stream()
                .filter(thread ->
                        !before.containsKey(thread) && thread.getName().startsWith("batch-loader-"))
                .toList();
        assertThat(started).hasSize(3).allMatch(Thread::isDaemon);
        loader.close();
        for (Thread thread : started) {
            thread.join(10_000);
            assertThat(thread.isAlive()).isFalse();
        }
    }
}
