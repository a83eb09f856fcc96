package io.resnetspark.model.image.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Resizer;
import io.resnetspark.model.image.TestImages;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

    private final ImageDecoder rgb = new ImageDecoder(DecodeLimits.standard(), 3);
    private final ImageDecoder grey = new ImageDecoder(DecodeLimits.standard(), 1);

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp"})
    void losslessFormatsGiveTheirPixelsBack(String format) throws Exception {
        Image image = TestImages.pattern(31, 17, 3);
        Image decoded = rgb.decode(encode(rgbPicture(image), format));
        assertThat(decoded.width()).isEqualTo(31);
        assertThat(decoded.height()).isEqualTo(17);
        assertThat(decoded.pixels()).isEqualTo(image.pixels());
    }

    @Test
    void greySamplesAreTakenAsStored() throws Exception {
        BufferedImage picture = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
        for (int x = 0; x < 256; x++) {
            picture.getRaster().setSample(x, 0, 0, x);
        }
        byte[] decoded = grey.decode(encode(picture, "png")).pixels();
        for (int x = 0; x < 256; x++) {
            assertThat(decoded[x]).isEqualTo((byte) x);
        }
        assertThat(rgb.decode(encode(picture, "png")).pixels()[3 * 77 + 2]).isEqualTo((byte) 77);
    }

    @Test
    void sixteenBitSamplesKeepTheirHighByte() throws Exception {
        BufferedImage picture = new BufferedImage(3, 1, BufferedImage.TYPE_USHORT_GRAY);
        picture.getRaster().setSample(0, 0, 0, 0x00FF);
        picture.getRaster().setSample(1, 0, 0, 0x12FF);
        picture.getRaster().setSample(2, 0, 0, 0xFFFF);
        assertThat(grey.decode(encode(picture, "png")).pixels()).containsExactly(0, 0x12, 0xFF);
    }

    @Test
    void alphaIsDroppedNotComposited() throws Exception {
        BufferedImage picture = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
        picture.setRGB(0, 0, 0x01102030);
        assertThat(rgb.decode(encode(picture, "png")).pixels()).containsExactly(0x10, 0x20, 0x30);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void palettesAreLookedUp(int bits) throws Exception {
        byte[] reds = {1, 4};
        byte[] greens = {2, 5};
        byte[] blues = {3, 6};
        IndexColorModel palette = new IndexColorModel(bits, 2, reds, greens, blues);
        BufferedImage picture = bits == 8
                ? new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED, palette)
                : new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY, palette);
        picture.getRaster().setSample(1, 0, 0, 1);
        assertThat(rgb.decode(encode(picture, "png")).pixels()).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void aSmallGifFrameLiesOnItsScreen() throws Exception {
        BufferedImage frame = new BufferedImage(
                1,
                1,
                BufferedImage.TYPE_BYTE_INDEXED,
                new IndexColorModel(8, 2, new byte[] {9, 50}, new byte[] {9, 60}, new byte[] {9, 70}));
        frame.getRaster().setSample(0, 0, 0, 1);
        byte[] gif = encode(frame, "gif");
        gif[6] = 2; // the screen becomes 2 x 2
        gif[8] = 2;
        int descriptor = 13 + (3 << ((gif[10] & 7) + 1));
        while (gif[descriptor] != 0x2C) {
            descriptor += 2 + 1 + gif[descriptor + 2] + 1; // extension, its one block, its end
        }
        gif[descriptor + 1] = 1; // the frame moves one to the right
        assertThat(rgb.decode(gif).pixels()).containsExactly(9, 9, 9, 50, 60, 70, 9, 9, 9, 9, 9, 9);
    }

    @Test
    void jpegIsCloseToWhatWasEncoded() throws Exception {
        Image smooth = Resizer.resize(TestImages.pattern(4, 4, 3), 64, 48);
        Image decoded = rgb.decode(encode(rgbPicture(smooth), "jpg"));
        double sum = 0;
        for (int i = 0; i < decoded.pixels().length; i++) {
            sum += Math.abs((decoded.pixels()[i] & 0xFF) - (smooth.pixels()[i] & 0xFF));
        }
        assertThat(sum / decoded.pixels().length).isLessThan(6);
    }

    /** Rows of "where upright pixel 0..5 of a 3 x 2 picture is found in the stored one". */
    @ParameterizedTest
    @CsvSource({
        "1, 3, 0 1 2 3 4 5",
        "2, 3, 2 1 0 5 4 3",
        "3, 3, 5 4 3 2 1 0",
        "4, 3, 3 4 5 0 1 2",
        "5, 2, 0 3 1 4 2 5",
        "6, 2, 3 0 4 1 5 2",
        "7, 2, 5 2 4 1 3 0",
        "8, 2, 2 5 1 4 0 3",
    })
    void orientationIsUndone(int orientation, int width, String order) {
        Image stored = new Image(3, 2, 1, new byte[] {0, 1, 2, 3, 4, 5});
        Image upright = ExifOrientation.apply(stored, orientation);
        assertThat(upright.width()).isEqualTo(width);
        int[] wanted =
                Arrays.stream(order.split(" ")).mapToInt(Integer::parseInt).toArray();
        assertThat(IntStream.range(0, 6).map(i -> upright.pixels()[i]))
                .containsExactly(Arrays.stream(wanted).boxed().toArray(Integer[]::new));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void exifBlockTurnsAJpeg(boolean bigEndian) throws Exception {
        byte[] jpeg = encode(rgbPicture(TestImages.filled(16, 8, 3, 80)), "jpg");
        Image turned = rgb.decode(withExif(jpeg, bigEndian, 6));
        assertThat(turned.width()).isEqualTo(8);
        assertThat(turned.height()).isEqualTo(16);
        assertThat(rgb.decode(withExif(jpeg, bigEndian, 9)).width())
                .as("no such orientation")
                .isEqualTo(16);
    }

    @Test
    void aDamagedColourProfileDoesNotMatter() throws Exception {
        byte[] jpeg = encode(rgbPicture(TestImages.pattern(16, 8, 3)), "jpg");
        byte[] profile = segment(0xE2, "ICC_PROFILE\0\1\1 not a profile".getBytes("ISO-8859-1"));
        byte[] twice = insertAfterStart(insertAfterStart(jpeg, profile), profile);
        assertThat(rgb.decode(twice).pixels()).isEqualTo(rgb.decode(jpeg).pixels());
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpg", "png", "bmp", "gif"})
    void noBeginningOfAFileIsTakenForTheWhole(String format) throws Exception {
        byte[] file = encode(rgbPicture(TestImages.pattern(24, 24, 3)), format);
        byte[] whole = rgb.decode(file).pixels();
        int step = Math.max(1, file.length / 300);
        for (int length = 0; length < file.length; length += step) {
            byte[] part = Arrays.copyOf(file, length);
            try {
                // A JPEG or GIF without its last bytes may still hold every pixel.
                assertThat(rgb.decode(part).pixels())
                        .as("%d of %d bytes", length, file.length)
                        .isEqualTo(whole);
                assertThat(length).isGreaterThan(file.length - 4);
            } catch (RejectedImageException e) {
                assertThat(e.reason()).isIn(RejectReason.EMPTY, RejectReason.NOT_AN_IMAGE, RejectReason.TRUNCATED);
            }
        }
    }

    @Test
    void limitsAreCheckedInTheHeader() throws Exception {
        byte[] png = encode(rgbPicture(TestImages.filled(20, 10, 3, 1)), "png");
        assertThat(reason(new DecodeLimits(1 << 20, 199), png)).isEqualTo(RejectReason.TOO_LARGE);
        assertThat(reason(new DecodeLimits(png.length - 1, 200), png)).isEqualTo(RejectReason.TOO_LARGE);
        assertThat(new ImageDecoder(new DecodeLimits(png.length, 200), 3)
                        .decode(png)
                        .width())
                .isEqualTo(20);

        ByteBuffer.wrap(png).putInt(16, 0x7FFFFFFF).putInt(20, 0x7FFFFFFF);
        assertThat(reason(DecodeLimits.standard(), png)).isEqualTo(RejectReason.TOO_LARGE);
    }

    /** A file of gigabytes fits no array: its length alone refuses it. */
    @Test
    void aLengthIsRefusedBeforeAByteIsRead() throws Exception {
        DecodeLimits limits = DecodeLimits.standard();
        limits.checkLength(limits.maxBytes());
        assertThatThrownBy(() -> limits.checkLength(3L << 30))
                .isInstanceOf(RejectedImageException.class)
                .hasMessageContaining("3221225472 bytes");
    }

    /** 9000 x 9000 pixels of 16-bit RGBA would take 648 MB. */
    @Test
    void anUncompressedTiffWithoutItsPixelsTakesNoMemory() {
        int[][] entries = {{256, 9000}, {257, 9000}, {258, 16}, {262, 2}, {273, 8}, {277, 4}, {278, 9000}};
        ByteBuffer tiff = ByteBuffer.allocate(8 + 2 + 12 * entries.length + 4);
        tiff.put(new byte[] {'M', 'M', 0, 42}).putInt(8).putShort((short) entries.length);
        for (int[] entry : entries) {
            tiff.putShort((short) entry[0]).putShort((short) 4).putInt(1).putInt(entry[1]);
        }
        assertThat(reason(DecodeLimits.standard(), tiff.array())).isEqualTo(RejectReason.TRUNCATED);
    }

    @Test
    void emptyAndForeignFilesAreNamed() {
        assertThat(reason(DecodeLimits.standard(), new byte[0])).isEqualTo(RejectReason.EMPTY);
        assertThat(reason(DecodeLimits.standard(), "<html>".getBytes())).isEqualTo(RejectReason.NOT_AN_IMAGE);
        assertThat(reason(DecodeLimits.standard(), new byte[] {'B'})).isEqualTo(RejectReason.NOT_AN_IMAGE);
    }

    /** Damage anywhere ends in an image or in a {@link RejectedImageException}, never in anything else. */
    @Test
    void damagedFilesAreReadOrRefused() throws Exception {
        SplittableRandom random = new SplittableRandom(11);
        DecodeLimits limits = new DecodeLimits(1 << 20, 1 << 16);
        ImageDecoder decoder = new ImageDecoder(limits, 3);
        Map<String, Integer> read = new HashMap<>();
        for (String format : List.of("jpg", "png", "bmp", "gif", "tiff")) {
            byte[] file = encode(rgbPicture(TestImages.pattern(20, 20, 3)), format);
            for (int i = 0; i < 400; i++) {
                byte[] damaged = file.clone();
                int changes = 1 + random.nextInt(6);
                for (int k = 0; k < changes; k++) {
                    int range = random.nextBoolean() ? file.length : Math.min(64, file.length);
                    damaged[random.nextInt(range)] = (byte) random.nextInt(256);
                }
                try {
                    Image image = decoder.decode(damaged);
                    assertThat((long) image.width() * image.height()).isLessThanOrEqualTo(limits.maxPixels());
                    read.merge(format, 1, Integer::sum);
                } catch (RejectedImageException e) {
                    assertThat(e.reason()).isNotNull();
                }
            }
        }
        assertThat(read).containsKeys("jpg", "bmp", "gif");
    }

    @Test
    void manyThreadsDecodeAlike() throws Exception {
        byte[] jpeg = encode(rgbPicture(TestImages.pattern(60, 50, 3)), "jpg");
        byte[] wanted = rgb.decode(jpeg).pixels();
        long alike = IntStream.range(0, 64)
                .parallel()
                .filter(i -> {
                    try {
                        return Arrays.equals(rgb.decode(jpeg).pixels(), wanted);
                    } catch (RejectedImageException e) {
                        return false;
                    }
                })
                .count();
        assertThat(alike).isEqualTo(64);
    }

    /** Full ink on a channel is 0 in Adobe's inverted CMYK; K = 255 is no black. */
    @Test
    void cmykFollowsAdobe() {
        byte[] inks = {(byte) 255, 0, 128 - 256, (byte) 255};
        Image image = JpegColour.convert(1, 1, inks, JpegSegments.Colour.CMYK);
        assertThat(image.pixels()).containsExactly(255, 0, 128);
        byte[] black = {(byte) 255, (byte) 255, (byte) 255, 0};
        assertThat(JpegColour.convert(1, 1, black, JpegSegments.Colour.CMYK).pixels())
                .containsOnly(0);
    }

    @Test
    void yccFollowsTheEquations() {
        for (int[] ycc : new int[][] {{0, 128, 128}, {255, 128, 128}, {76, 85, 255}, {100, 90, 150}}) {
            byte[] components = {(byte) ycc[0], (byte) ycc[1], (byte) ycc[2]};
            byte[] pixels = JpegColour.convert(1, 1, components, JpegSegments.Colour.YCBCR)
                    .pixels();
            double red = ycc[0] + 1.402 * (ycc[2] - 128);
            double blue = ycc[0] + 1.772 * (ycc[1] - 128);
            assertThat((double) (pixels[0] & 0xFF)).isCloseTo(Math.max(0, Math.min(255, red)), within(1.0));
            assertThat((double) (pixels[2] & 0xFF)).isCloseTo(Math.max(0, Math.min(255, blue)), within(1.0));
        }
    }

    @Test
    void channelsMustBeOneOrThree() {
        assertThatThrownBy(() -> new ImageDecoder(DecodeLimits.standard(), 4))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DecodeLimits(0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static RejectReason reason(DecodeLimits limits, byte[] file) {
        try {
            new ImageDecoder(limits, 3).decode(file);
            return null;
        } catch (RejectedImageException e) {
            return e.reason();
        }
    }

    private static BufferedImage rgbPicture(Image image) {
        BufferedImage picture = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < image.width() * image.height(); i++) {
            byte[] p = image.pixels();
            int pixel = (p[3 * i] & 0xFF) << 16 | (p[3 * i + 1] & 0xFF) << 8 | p[3 * i + 2] & 0xFF;
            picture.setRGB(i % image.width(), i / image.width(), pixel);
        }
        return picture;
    }

    private static byte[] encode(BufferedImage picture, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(picture, format, out)).isTrue();
        return out.toByteArray();
    }

    private static byte[] withExif(byte[] jpeg, boolean bigEndian, int orientation) {
        ByteBuffer exif = ByteBuffer.allocate(6 + 8 + 2 + 12 + 4);
        exif.put("Exif\0\0".getBytes()).put((bigEndian ? "MM" : "II").getBytes());
        exif.order(bigEndian ? java.nio.ByteOrder.BIG_ENDIAN : java.nio.ByteOrder.LITTLE_ENDIAN);
        exif.putShort((short) 42).putInt(8).putShort((short) 1);
        exif.putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .putShort((short) 0);
        return insertAfterStart(jpeg, segment(0xE1, exif.array()));
    }

    private static byte[] segment(int marker, byte[] content) {
        return ByteBuffer.allocate(content.length + 4)
                .put((byte) 0xFF)
                .put((byte) marker)
                .putShort((short) (content.length + 2))
                .put(content)
                .array();
    }

    private static byte[] insertAfterStart(byte[] jpeg, byte[] segment) {
        return ByteBuffer.allocate(jpeg.length + segment.length)
                .put(jpeg, 0, 2)
                .put(segment)
                .put(jpeg, 2, jpeg.length - 2)
                .array();
    }
}
