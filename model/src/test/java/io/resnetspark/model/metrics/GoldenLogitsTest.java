package io.resnetspark.model.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The logits that PyTorch's published CIFAR-10 ResNet-20 gave for 1,000 test images: 915 are right. */
@EnabledIfEnvironmentVariable(named = "RESNET_TEST_DATA", matches = ".+", disabledReason = "needs the real test data")
class GoldenLogitsTest {

    private static final int IMAGES = 1000;
    private static final int CLASSES = 10;
    private static final int CIFAR_RECORD = 1 + 3 * 32 * 32;

    @Test
    void publishedAccuracyIsFound() throws IOException {
        Path cifar = Path.of(System.getenv("RESNET_TEST_DATA"), "cifar10");
        ByteBuffer logits = npy(cifar.resolve("golden/resnet20-12fca82f.test_logits.first1000.npy"));
        byte[] records;
        try (var files = Files.list(cifar.resolve("cifar-10-batches-bin"))) {
            records = Files.readAllBytes(
                    files.filter(file -> file.getFileName().toString().startsWith("test_batch"))
                            .findFirst()
                            .orElseThrow());
        }
        ClassificationMetrics metrics = new ClassificationMetrics(CLASSES, IMAGES, Calibration.STANDARD_BINS);
        for (int i = 0; i < IMAGES; i++) {
            float[] row = new float[CLASSES];
            for (int k = 0; k < CLASSES; k++) {
                row[k] = logits.getFloat((i * CLASSES + k) * Float.BYTES);
            }
            metrics.add(new ScoredExample(records[i * CIFAR_RECORD], row));
        }
        assertThat(metrics.accuracy().top1Hits()).isEqualTo(915);
        assertThat(metrics.confusion().perClass().stream()
                        .mapToLong(ClassScores::truePositives)
                        .sum())
                .isEqualTo(915);
        assertThat(metrics.areas()).allMatch(areas -> areas.rocAuc() > 0.98);
    }

    /** The data of a little-endian .npy file of version 1. */
    private static ByteBuffer npy(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int header = 10 + bytes.getShort(8);
        return bytes.position(header).slice().order(ByteOrder.LITTLE_ENDIAN);
    }
}
