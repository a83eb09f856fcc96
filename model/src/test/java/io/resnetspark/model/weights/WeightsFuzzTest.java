package io.resnetspark.model.weights;

import static io.resnetspark.model.weights.CheckpointFiles.floatsUpTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.resnetspark.model.error.BadDataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mutated files are read or refused with {@link BadDataException}: nothing else escapes, nothing hangs, and no file of
 * a few kilobytes makes a reader allocate megabytes. Seeded: every run sees the same files.
 */
@Timeout(300)
class WeightsFuzzTest {

    private static final int ITERATIONS = 1000;
    private static final long MAX_ALLOCATED_BYTES = 4L << 20;
    private static final int[] INTERESTING = {0, 1, 0x7F, 0x80, 0xFE, 0xFF, '.', '(', 'R', 'b', 'X', '{', '"', '9'};

    @TempDir
    Path directory;

    @Test
    void safeTensors() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        SafeTensors.write(SafeTensorsTest.sample(), Map.of("format", "pt"), bytes);

        fuzz(bytes.toByteArray(), UnaryOperator.identity());
    }

    @Test
    void zipArchive() throws IOException {
        fuzz(CheckpointFiles.zip(pickle(), storages()), UnaryOperator.identity());
    }

    @Test
    void pickleInAnIntactZipArchive() throws IOException {
        fuzz(pickle(), pickle -> CheckpointFiles.zip(pickle, storages()));
    }

    @Test
    void stackedPickles() throws IOException {
        fuzz(CheckpointFiles.stacked(pickle(), storages(), Float.BYTES), UnaryOperator.identity());
    }

    @Test
    void tarArchive() throws IOException {
        fuzz(TorchCheckpointTest.tarSample(), UnaryOperator.identity());
    }

    private void fuzz(byte[] valid, UnaryOperator<byte[]> wrap) throws IOException {
        Random random = new Random(20160627);
        Path file = directory.resolve("mutated");
        assertThat(isRead(wrap.apply(valid), file)).isTrue();
        int refused = 0;
        for (int i = 0; i < ITERATIONS; i++) {
            byte[] mutated = mutate(valid, random);
            long before = allocatedBytes();
            if (!isRead(wrap.apply(mutated), file)) {
                refused++;
            }
            assertThat(allocatedBytes() - before)
                    .as("bytes allocated in iteration %d", i)
                    .isLessThan(MAX_ALLOCATED_BYTES);
        }
        // Many mutations hit values or names and are harmless; a fuzz that never breaks anything tests nothing.
        assertThat(refused).isGreaterThan(ITERATIONS / 10);
    }

    private static boolean isRead(byte[] bytes, Path file) throws IOException {
        Files.write(file, bytes);
        try {
            WeightsFile.read(file);
            return true;
        } catch (BadDataException e) {
            assertThat(e).hasMessageContaining(file.toString());
            return false;
        }
    }

    private static byte[] mutate(byte[] valid, Random random) {
        byte[] bytes = valid.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) INTERESTING[random.nextInt(INTERESTING.length)];
                case 2 -> bytes[at] = (byte) random.nextInt();
                case 3 ->
                    Arrays.fill(bytes, at, Math.min(bytes.length, at + 4), (byte) (random.nextBoolean() ? -1 : 0));
                case 4 -> {
                    int from = random.nextInt(bytes.length);
                    int length = Math.min(1 + random.nextInt(32), bytes.length - Math.max(from, at));
                    System.arraycopy(bytes, from, bytes, at, length);
                }
                default -> bytes = random.nextInt(8) == 0 ? Arrays.copyOf(bytes, 1 + at) : bytes;
            }
        }
        return bytes;
    }

    private static byte[] pickle() {
        PickleBytes pickle = PickleBytes.protocol2();
        Map<String, Runnable> model = new LinkedHashMap<>();
        for (int i = 0; i < 4; i++) {
            int offset = i;
            model.put(
                    "module.layer" + i + ".weight",
                    () -> pickle.tensor("FloatStorage", "0", 16, offset, new long[] {2, 3}, new long[] {4, 1}));
        }
        model.put("module.fc.bias", () -> pickle.tensor("IntStorage", "1", 4, 0, new long[] {2}, new long[] {1}));
        Map<String, Runnable> checkpoint = new LinkedHashMap<>();
        checkpoint.put("epoch", () -> pickle.int32(7));
        checkpoint.put("state_dict", () -> pickle.dictionary(model));
        pickle.dictionary(checkpoint);
        return pickle.stop();
    }

    private static Map<String, byte[]> storages() {
        Map<String, byte[]> storages = new LinkedHashMap<>();
        storages.put("0", floatsUpTo(16));
        storages.put("1", new byte[16]);
        return storages;
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
