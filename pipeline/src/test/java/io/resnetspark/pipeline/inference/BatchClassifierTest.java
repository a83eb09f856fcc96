package io.resnetspark.pipeline.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.image.Image;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchClassifierTest {

    /** Two classes; the first one's logit is the red of the top left pixel of a 2 x 2 input, in 0..1. */
    private static final LinearSource TOP_LEFT =
            new LinearSource("top-left", List.of("a", "b"), LinearSource.plain(2), new float[][] {
                {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, new float[12]
            });

    /** Red rises by 10 from left to right and by 50 from top to bottom. */
    private static Image gradient(int width, int height) {
        byte[] pixels = new byte[width * height * 3];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                pixels[3 * (y * width + x)] = (byte) (10 * x + 50 * y);
            }
        }
        return new Image(width, height, 3, pixels);
    }

    @Test
    void oneViewIsTheCentreCrop() {
        assertThat(firstLogit(TestTimeAugmentation.NONE, gradient(4, 4))).isCloseTo((10 + 50) / 255f, within(1e-6f));
    }

    @Test
    void severalViewsAverageProbabilities() {
        // Top left pixels of the views of a 4 x 4 image: crops at (1, 1), (0, 0), (2, 0), (0, 2), (2, 2); mirrored ones
        // see the pixel to the right.
        double[] crops = {60, 0, 20, 100, 120};
        double five = 0;
        double ten = 0;
        for (double red : crops) {
            five += sigmoid(red / 255) / 5;
            ten += (sigmoid(red / 255) + sigmoid((red + 10) / 255)) / 10;
        }
        assertThat(probability(TestTimeAugmentation.FIVE_CROP, gradient(4, 4))).isCloseTo(five, within(1e-6));
        assertThat(probability(TestTimeAugmentation.TEN_CROP, gradient(4, 4))).isCloseTo(ten, within(1e-6));
        assertThat(probability(TestTimeAugmentation.FLIP, gradient(4, 4)))
                .isCloseTo((sigmoid(60 / 255.0) + sigmoid(70 / 255.0)) / 2, within(1e-6));
    }

    @ParameterizedTest
    @EnumSource
    void anImageOfTheInputSizeLooksTheSameFromEverywhereButTheMirror(TestTimeAugmentation augmentation) {
        double expected = augmentation.mirrored() ? (sigmoid(0) + sigmoid(10 / 255.0)) / 2 : sigmoid(0);
        assertThat(probability(augmentation, gradient(2, 2))).isCloseTo(expected, within(1e-6));
    }

    @ParameterizedTest
    @EnumSource
    void batchesDoNotMixTheirImages(TestTimeAugmentation augmentation) {
        List<Image> images = List.of(gradient(4, 4), gradient(2, 2), gradient(5, 3), gradient(3, 4));
        try (BatchClassifier together = new BatchClassifier(TOP_LEFT, augmentation, 4)) {
            List<BatchClassifier.NetworkOutput> outputs = together.classify(images);
            for (int i = 0; i < images.size(); i++) {
                try (BatchClassifier alone = new BatchClassifier(TOP_LEFT, augmentation, 1)) {
                    BatchClassifier.NetworkOutput expected =
                            alone.classify(List.of(images.get(i))).get(0);
                    assertThat(outputs.get(i).logits()).isEqualTo(expected.logits());
                    assertThat(outputs.get(i).embedding()).isEqualTo(expected.embedding());
                }
            }
        }
    }

    @Test
    void improbableClassesKeepFiniteLogits() {
        LinearSource extreme = new LinearSource(
                "extreme", List.of("a", "b"), LinearSource.plain(1), new float[][] {{5000, 0, 0}, {0, 0, 0}});
        try (BatchClassifier classifier = new BatchClassifier(extreme, TestTimeAugmentation.FLIP, 1)) {
            float[] logits = classifier
                    .classify(List.of(new Image(1, 1, 3, new byte[] {(byte) 255, 0, 0})))
                    .get(0)
                    .logits();
            assertThat(logits[0] - logits[1]).isCloseTo(5000, within(0.01f));
        }
    }

    @Test
    void anAnswerThatIsNoNumberIsAProblemOfTheWeights() {
        LinearSource broken = new LinearSource(
                "broken", List.of("a", "b"), LinearSource.plain(1), new float[][] {{Float.NaN, 0, 0}, {0, 0, 0}});
        try (BatchClassifier classifier = new BatchClassifier(broken, TestTimeAugmentation.NONE, 1)) {
            assertThatThrownBy(() -> classifier.classify(List.of(gradient(1, 1))))
                    .isInstanceOf(BadDataException.class)
                    .hasMessageContaining("outputs NaN; its weights are damaged");
        }
    }

    /** The linear model's embedding is its input, which a mirror image turns around. */
    @Test
    void theEmbeddingOfSeveralViewsIsTheirMean() {
        Image twoPixels = new Image(2, 1, 3, new byte[] {0, 51, 102, (byte) 255, (byte) 204, (byte) 153});
        LinearSource anything = LinearSource.brightestChannel(1, 2);
        try (BatchClassifier once = new BatchClassifier(anything, TestTimeAugmentation.NONE, 1);
                BatchClassifier mirrored = new BatchClassifier(anything, TestTimeAugmentation.FLIP, 1)) {
            float[] seen = once.classify(List.of(twoPixels)).get(0).embedding();
            float[] mean = mirrored.classify(List.of(twoPixels)).get(0).embedding();
            for (int pixel = 0; pixel < 4; pixel++) {
                for (int c = 0; c < 3; c++) {
                    float there = seen[3 * (pixel ^ 1) + c];
                    assertThat(mean[3 * pixel + c]).isCloseTo((seen[3 * pixel + c] + there) / 2, within(1e-6f));
                }
            }
        }
    }

    private static float firstLogit(TestTimeAugmentation augmentation, Image image) {
        try (BatchClassifier classifier = new BatchClassifier(TOP_LEFT, augmentation, 3)) {
            return classifier.classify(List.of(image)).get(0).logits()[0];
        }
    }

    /** Probability of the first of two classes. */
    private static double probability(TestTimeAugmentation augmentation, Image image) {
        try (BatchClassifier classifier = new BatchClassifier(TOP_LEFT, augmentation, 3)) {
            float[] logits = classifier.classify(List.of(image)).get(0).logits();
            return sigmoid(logits[0] - logits[1]);
        }
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
