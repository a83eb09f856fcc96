package io.resnetspark.model.image.augment;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.Resizer;
import io.resnetspark.model.image.TestImages;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreprocessorTest {

    @Test
    void isResizeThenCropThenNormalise() {
        Image image = TestImages.pattern(300, 211, 3);
        Preprocessing preprocessing =
                new Preprocessing(3, 64, 56, List.of(0.1f, 0.2f, 0.3f), List.of(0.5f, 0.6f, 0.7f));
        Image cropped = Resizer.centreCrop(Resizer.shorterSide(image, 64), 56);

        float[] input = new Preprocessor(preprocessing).apply(image);

        assertThat(input).hasSize(56 * 56 * 3);
        for (int i = 0; i < input.length; i++) {
            float sample = (cropped.pixels()[i] & 0xFF) / 255f;
            int c = i % 3;
            float wanted =
                    (sample - preprocessing.mean().get(c)) / preprocessing.std().get(c);
            assertThat(input[i]).isEqualTo(wanted);
        }
    }

    @Test
    void writesAtItsOffsetAndNowhereElse() {
        Preprocessing preprocessing = new Preprocessing(1, 0, 2, List.of(0f), List.of(1f));
        float[] out = {7, 7, 7, 7, 7, 7};
        new Preprocessor(preprocessing).apply(TestImages.filled(2, 2, 1, 255), out, 1);
        assertThat(out).containsExactly(7, 1, 1, 1, 1, 7);
    }

    @Test
    void aSmallImageLiesInTheMiddleOfBlack() {
        Preprocessing preprocessing = new Preprocessing(1, 2, 4, List.of(0.5f), List.of(0.5f));
        float[] out = new Preprocessor(preprocessing).apply(TestImages.filled(4, 4, 1, 255));
        assertThat(out).containsExactly(-1, -1, -1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1, -1, -1, -1);
    }

    @Test
    void greyBecomesColourAndColourGrey() {
        Preprocessing colour = new Preprocessing(3, 0, 1, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
        assertThat(new Preprocessor(colour).apply(TestImages.filled(1, 1, 1, 51)))
                .containsOnly(0.2f);
        Preprocessing grey = new Preprocessing(1, 0, 1, List.of(0f), List.of(1f));
        assertThat(new Preprocessor(grey).apply(TestImages.filled(1, 1, 3, 51))).containsOnly(0.2f);
    }

    @Test
    void oneInstanceDoesManySizes() {
        Preprocessor preprocessor = new Preprocessor(Preprocessing.imageNet());
        Image small = TestImages.pattern(40, 30, 3);
        float[] first = preprocessor.apply(small);
        preprocessor.apply(TestImages.pattern(500, 300, 3));
        assertThat(preprocessor.apply(small)).isEqualTo(first);
    }
}
