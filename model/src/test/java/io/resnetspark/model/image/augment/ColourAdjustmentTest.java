package io.resnetspark.model.image.augment;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.TestImages;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColourAdjustmentTest {

    private static final int WIDTH = 97;
    private static final int HEIGHT = 61;
    private static final int COUNT = WIDTH * HEIGHT;

    private final byte[] rgb = TestImages.pattern(WIDTH, HEIGHT, 3).pixels();
    private final byte[] grey = TestImages.pattern(WIDTH, HEIGHT, 1).pixels();

    /** Fingerprints of {@code ImageEnhance.Brightness/Contrast/Color(image).enhance(factor)} in Pillow 11.3.0. */
    @ParameterizedTest
    @CsvSource({
        "0,    91808587, d0ddd55e, b00a6d4c, e2a4839c",
        "0.3,  ffd70aa0, a8de15d5, 7de18772, d14bfc9e",
        "0.77, 5c579229, 321b5a64, 9efd7069, 202e6783",
        "1,    76ae762f, 76ae762f, 76ae762f, 5f40ae43",
        "1.4,  6dc46b94, aa37c3fc, fff20ea4, 0755f4fb",
        "3.9,  da5ea535, 7a283799, b1588042, 3233fbe0",
    })
    void enhancementsArePillows(
            float factor, String brightness, String contrast, String saturation, String contrastOfGrey) {
        byte[] bright = rgb.clone();
        ColourAdjustment.brightness(bright, COUNT, 3, factor);
        byte[] contrasted = rgb.clone();
        ColourAdjustment.contrast(contrasted, COUNT, 3, factor);
        byte[] saturated = rgb.clone();
        ColourAdjustment.saturation(saturated, COUNT, factor);
        byte[] contrastedGrey = grey.clone();
        ColourAdjustment.contrast(contrastedGrey, COUNT, 1, factor);

        assertThat(TestImages.crc(bright)).isEqualTo(brightness);
        assertThat(TestImages.crc(contrasted)).isEqualTo(contrast);
        assertThat(TestImages.crc(saturated)).isEqualTo(saturation);
        assertThat(TestImages.crc(contrastedGrey)).isEqualTo(contrastOfGrey);
    }

    /** Fingerprints of torchvision 0.14's {@code adjust_hue} done with Pillow 11.3.0's HSV conversions. */
    @ParameterizedTest
    @CsvSource({
        "-0.5,  f5bf228e",
        "-0.23, 6a1e18ec",
        "0,     f2d28457",
        "0.1,   9fb281fd",
        "0.31,  db915ab7",
        "0.5,   34ceb029",
    })
    void hueIsTorchvisions(double turns, String crc) {
        ColourAdjustment.hue(rgb, COUNT, turns);
        assertThat(TestImages.crc(rgb)).isEqualTo(crc);
    }

    @Test
    void lumaIsPillows() {
        Image luma = TestImages.pattern(WIDTH, HEIGHT, 3).withChannels(1);
        assertThat(TestImages.crc(luma.pixels())).isEqualTo("16334552");
    }

    @Test
    void handComputedBlends() {
        byte[] pixel = {(byte) 200, 100, 0};
        ColourAdjustment.brightness(pixel, 1, 3, 0.5f);
        assertThat(pixel).containsExactly(100, 50, 0);

        // Mean of 10 and 31 is 20.5, rounded up to 21: 21 + 2 * (10 - 21) < 0, 21 + 2 * (31 - 21) = 41.
        byte[] two = {10, 31};
        ColourAdjustment.contrast(two, 2, 1, 2f);
        assertThat(two).containsExactly(0, 41);

        // A third of a turn (85 of 255 steps) makes pure red pure green.
        byte[] red = {(byte) 255, 0, 0};
        ColourAdjustment.hue(red, 1, 1.0 / 3);
        assertThat(red).containsExactly(0, 255, 0);
    }

    @Test
    void jitterOfZeroStrengthDoesNothing() {
        byte[] jittered = rgb.clone();
        adjust(ColourJitter.none(), stream(1), jittered, COUNT, 3);
        assertThat(jittered).isEqualTo(rgb);
    }

    @Test
    void brightnessFactorsStayWithinTheirRange() {
        ColourJitter jitter = new ColourJitter(0.25, 0, 0, 0);
        int least = 255;
        int most = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] pixel = {100};
            adjust(jitter, stream(i), pixel, 1, 1);
            least = Math.min(least, pixel[0]);
            most = Math.max(most, pixel[0]);
        }
        assertThat(least).isEqualTo(75);
        assertThat(most).isEqualTo(124); // truncated; 125 itself is never drawn
    }

    @Test
    void theOrderOfAdjustmentsVaries() {
        ColourJitter jitter = new ColourJitter(0.5, 0.5, 0.5, 0.1);
        byte[] first = rgb.clone();
        adjust(jitter, stream(1), first, COUNT, 3);
        byte[] again = rgb.clone();
        adjust(jitter, stream(1), again, COUNT, 3);
        byte[] other = rgb.clone();
        adjust(jitter, stream(2), other, COUNT, 3);

        assertThat(first).isEqualTo(again);
        assertThat(Arrays.equals(first, other)).isFalse();
    }

    private static RandomStream stream(long image) {
        return new RandomStream(5, 0, image, RandomStream.Purpose.COLOUR);
    }

    private static void adjust(ColourJitter jitter, RandomStream random, byte[] pixels, int count, int channels) {
        ColourAdjustment.apply(ColourAdjustment.drawn(jitter, random, channels), pixels, count, channels);
    }
}
