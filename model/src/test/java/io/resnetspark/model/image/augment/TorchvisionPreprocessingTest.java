package io.resnetspark.model.image.augment;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.NpyArray;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.decode.DecodeLimits;
import io.resnetspark.model.image.decode.ImageDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** From JPEG file to network input, against tensors made by torchvision 0.14.1 with Pillow 9.4. */
@EnabledIfEnvironmentVariable(named = "RESNET_TEST_DATA", matches = ".+", disabledReason = "needs the test images")
class TorchvisionPreprocessingTest {

    private static final int SIZE = 224;
    private static final int LENGTH = SIZE * SIZE * 3;

    private final Path sample = Path.of(System.getenv("RESNET_TEST_DATA"), "imagenet-sample");

    @Test
    void dogIsTorchvisionsTensor() throws Exception {
        float[] golden = NpyArray.read(sample.resolve("golden/preprocessed_dog.npy"));
        assertSame(golden, 0, sample.resolve("dog.jpg"));
    }

    @Test
    void photosAreTorchvisionsTensors() throws Exception {
        float[] golden = NpyArray.read(sample.resolve("golden/preprocessed_first4of16.npy"));
        List<String> names = List.of(
                "n01440764_tench.JPEG",
                "n01910747_jellyfish.JPEG",
                "n02099601_golden_retriever.JPEG",
                "n02111889_Samoyed.JPEG");
        for (int i = 0; i < names.size(); i++) {
            assertSame(golden, i * LENGTH, sample.resolve("images").resolve(names.get(i)));
        }
    }

    private static void assertSame(float[] golden, int offset, Path file) throws Exception {
        Image image = new ImageDecoder(DecodeLimits.standard(), 3).decode(Files.readAllBytes(file));
        float[] ours = new Preprocessor(Preprocessing.imageNet()).apply(image);

        double sum = 0;
        double largest = 0;
        for (int i = 0; i < SIZE * SIZE; i++) {
            for (int c = 0; c < 3; c++) {
                double levels = Math.abs(ours[i * 3 + c] - golden[offset + c * SIZE * SIZE + i])
                        * Preprocessing.IMAGENET_STD.get(c)
                        * 255;
                sum += levels;
                largest = Math.max(largest, levels);
            }
        }
        System.out.printf(
                "%s: difference from torchvision in 8-bit levels: mean %.6f, maximum %.6f%n",
                file.getFileName(), sum / LENGTH, largest);
        // Decoder and resizer agree bit for bit; another JDK's libjpeg might differ by single levels.
        assertThat(sum / LENGTH).isLessThan(0.5);
        assertThat(largest).isLessThanOrEqualTo(4);
    }
}
