package io.resnetspark.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResizerTest {

    /** Fingerprints of {@code Image.resize((outWidth, outHeight), BILINEAR)} in Pillow 11.3.0. */
    @ParameterizedTest
    @CsvSource({
        "37, 23, 3, 16, 11, ec7334c3",
        "37, 23, 3, 74, 46, d6d6b2f2",
        "37, 23, 1, 16, 40, 9e6d23e1",
        "200, 150, 3, 224, 224, 1e60477a",
        "640, 480, 3, 341, 256, 37341261",
        "5, 7, 3, 1, 1, febc514b",
        "1, 1, 3, 9, 4, 9efbaed3",
        "64, 64, 3, 64, 17, fb9d1a1d",
        "64, 64, 3, 17, 64, 028482a9",
        "1000, 3, 1, 10, 2, 4754e643",
    })
    void everyPixelIsPillows(int width, int height, int channels, int outWidth, int outHeight, String crc) {
        Image resized = Resizer.resize(TestImages.pattern(width, height, channels), outWidth, outHeight);

        assertThat(resized.width()).isEqualTo(outWidth);
        assertThat(resized.height()).isEqualTo(outHeight);
        assertThat(TestImages.crc(resized.pixels())).isEqualTo(crc);
    }

    /** Fingerprints of {@code Image.resize((outWidth, outHeight), BICUBIC)} in Pillow 13.0.0. */
    @ParameterizedTest
    @CsvSource({
        "37, 23, 3, 16, 11, 2cf57cac",
        "37, 23, 3, 74, 46, c87c92fc",
        "37, 23, 1, 16, 40, 3bacf55e",
        "200, 150, 3, 224, 224, edd029ce",
        "640, 480, 3, 341, 256, cb2ddc99",
        "5, 7, 3, 1, 1, c6faf71a",
        "1, 1, 3, 9, 4, 9efbaed3",
        "64, 64, 3, 64, 17, 9f94ec67",
    })
    void everyPixelOfABicubicResizeIsPillows(
            int width, int height, int channels, int outWidth, int outHeight, String crc) {
        byte[] out = new byte[outWidth * outHeight * channels];
        new Resampler(ResampleFilter.BICUBIC)
                .resample(
                        TestImages.pattern(width, height, channels).pixels(),
                        width,
                        channels,
                        new Box(0, 0, width, height),
                        outWidth,
                        outHeight,
                        new Box(0, 0, outWidth, outHeight),
                        out);
        assertThat(TestImages.crc(out)).isEqualTo(crc);
    }

    @Test
    void sameSizeIsTheSameImage() {
        Image image = TestImages.pattern(9, 5, 3);
        assertThat(Resizer.resize(image, 9, 5)).isSameAs(image);
        assertThat(Resizer.shorterSide(image, 5)).isSameAs(image);
    }

    @Test
    void constantImagesStayConstant() {
        for (int sample : new int[] {0, 1, 127, 254, 255}) {
            Image resized = Resizer.resize(TestImages.filled(61, 47, 3, sample), 13, 80);
            assertThat(resized.pixels()).containsOnly((byte) sample);
        }
    }

    @Test
    void halvingIsTheTriangleOfFourSamples() {
        // Output 1 is centred on 3.0 of the source with support 2: samples 1..4, weights 1/8, 3/8, 3/8, 1/8.
        Image row = new Image(6, 1, 1, new byte[] {0, 80, 0, 0, 0, 0});
        assertThat(Resizer.resize(row, 3, 1).pixels()[1]).isEqualTo((byte) 10);
    }

    @ParameterizedTest
    @CsvSource({"500, 375, 256, 341, 256", "375, 500, 256, 256, 341", "300, 300, 256, 256, 256", "3, 2000, 8, 8, 5333"})
    void shorterSideKeepsTheAspectRatioRoundedDown(int width, int height, int side, int outWidth, int outHeight) {
        Image resized = Resizer.shorterSide(TestImages.filled(width, height, 1, 7), side);
        assertThat(resized.width()).isEqualTo(outWidth);
        assertThat(resized.height()).isEqualTo(outHeight);
    }

    /** Python's {@code round}: halves go to the even neighbour. */
    @ParameterizedTest
    @CsvSource({"341, 224, 58", "339, 224, 58", "256, 224, 16", "224, 224, 0", "5, 6, 0", "5, 8, -1", "4, 8, -2"})
    void centreOffsetsAreTorchvisions(int side, int crop, int offset) {
        assertThat(Resizer.centreWindow(side, side, crop)).isEqualTo(new Box(offset, offset, crop, crop));
    }

    @Test
    void croppingASmallImageSurroundsItWithBlack() {
        Image cropped = Resizer.centreCrop(TestImages.filled(2, 4, 1, 9), 4);
        assertThat(cropped.pixels()).containsExactly(0, 9, 9, 0, 0, 9, 9, 0, 0, 9, 9, 0, 0, 9, 9, 0);
    }

    @Test
    void partOfAResizeIsThatPartOfTheWhole() {
        Image image = TestImages.pattern(53, 41, 3);
        Image inner = new Image(30, 20, 3, new byte[30 * 20 * 3]);
        for (int y = 0; y < 20; y++) {
            System.arraycopy(image.pixels(), ((y + 7) * 53 + 11) * 3, inner.pixels(), y * 30 * 3, 30 * 3);
        }
        Image whole = Resizer.resize(inner, 17, 33);
        byte[] part = new byte[5 * 9 * 3];

        new Resampler(ResampleFilter.BILINEAR)
                .resample(image.pixels(), 53, 3, new Box(11, 7, 30, 20), 17, 33, new Box(4, 20, 5, 9), part);

        for (int y = 0; y < 9; y++) {
            for (int i = 0; i < 15; i++) {
                assertThat(part[y * 15 + i]).isEqualTo(whole.pixels()[((y + 20) * 17 + 4) * 3 + i]);
            }
        }
    }

    @Test
    void emptySizesAreRefused() {
        Image image = TestImages.filled(2, 2, 1, 0);
        assertThatThrownBy(() -> Resizer.resize(image, 0, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Resizer.shorterSide(image, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Resizer.centreCrop(image, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
