package io.resnetspark.model.image.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Resizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Every awkward file, against what Pillow 9.4 makes of it; each difference has its reason here. */
@EnabledIfEnvironmentVariable(named = "RESNET_TEST_DATA", matches = ".+", disabledReason = "needs the test images")
class OddImagesTest {

    /** Pillow's limit in the recorded outcomes. */
    private static final DecodeLimits LIMITS = new DecodeLimits(1 << 26, 400_000_000);

    /** Pillow refuses these; we read them. */
    private static final Map<String, String> READ_BY_US_ALONE = Map.of(
            "bombs/pillow_png_decompression_dos.png",
            "the bomb is a compressed text chunk, which is stepped over and never expanded",
            "pillow/broken/truncated_exif_dpi.jpg",
            "only the EXIF block is cut short; newer versions of Pillow read the same pixels",
            "pillow/broken/unknown_compression_method.png",
            "the unknown method is that of the colour profile, which is not used");

    /** Both read these, to other pixels. */
    private static final Map<String, String> OTHER_PIXELS = Map.of(
            "pillow/modes/i_trns.png",
            "16-bit grey: we keep the high byte, Pillow cuts everything above 255 off",
            "pillow/modes/16_bit_noise.tif",
            "16-bit grey: we keep the high byte, Pillow cuts everything above 255 off",
            "pillow/broken/hopper_bad_exif.jpg",
            "damaged scan: libjpeg-turbo (Pillow, Debian's Java) and libjpeg 6b (other Java) patch it up differently");

    /** Why each refused file is refused. */
    private static final Map<String, RejectReason> REFUSED = Map.ofEntries(
            Map.entry("bombs/homemade_40000x40000_1bit.png", RejectReason.TOO_LARGE),
            Map.entry("bombs/lottapixel_64250x64250.jpg", RejectReason.TOO_LARGE),
            Map.entry("bombs/pillow_decompression_bomb.gif", RejectReason.TOO_LARGE),
            Map.entry("bombs/pillow_reallybig.bmp", RejectReason.TOO_LARGE),
            Map.entry("pillow/broken/badwidth.bmp", RejectReason.TOO_LARGE),
            Map.entry("pillow/broken/badbitcount.bmp", RejectReason.UNREADABLE),
            Map.entry("pillow/broken/broken.png", RejectReason.UNREADABLE),
            Map.entry("pillow/gif/zero_width.gif", RejectReason.UNREADABLE),
            Map.entry("pillow/broken/broken_data_stream.png", RejectReason.TRUNCATED),
            Map.entry("pillow/broken/shortfile.bmp", RejectReason.TRUNCATED),
            Map.entry("pillow/broken/truncated_end_chunk.png", RejectReason.TRUNCATED),
            Map.entry("pillow/broken/truncated_image.png", RejectReason.TRUNCATED),
            Map.entry("pillow/broken/truncated_jpeg.jpg", RejectReason.TRUNCATED),
            Map.entry("pillow/jpeg-other/ultrahdr.jpg", RejectReason.TRUNCATED),
            Map.entry("homemade/classA/truncated_half.jpg", RejectReason.TRUNCATED),
            Map.entry("homemade/classA/truncated_header.jpg", RejectReason.TRUNCATED),
            Map.entry("homemade/classA/zero_bytes.jpg", RejectReason.EMPTY),
            Map.entry("homemade/.DS_Store", RejectReason.NOT_AN_IMAGE),
            Map.entry("homemade/classA/Thumbs.db", RejectReason.NOT_AN_IMAGE),
            Map.entry("homemade/classA/html_error_page.png", RejectReason.NOT_AN_IMAGE),
            Map.entry("homemade/classA/text_not_image.jpg", RejectReason.NOT_AN_IMAGE));

    private final Path folder = Path.of(System.getenv("RESNET_TEST_DATA"), "odd-images");
    private final ImageDecoder decoder = new ImageDecoder(LIMITS, 3);

    @Test
    void everyOutcomeIsPillowsOrExplained() throws IOException {
        JsonNode expected = new ObjectMapper()
                .readTree(folder.resolve("expected_by_pillow_9.4.json").toFile());
        assertThat(expected).hasSize(109);
        List<String> surprises = new ArrayList<>();
        Map<String, RejectReason> refused = new TreeMap<>();
        for (JsonNode file : expected) {
            String path = file.get("path").asText();
            boolean readByPillow = "ok".equals(file.get("decode").asText());
            try {
                Image image = decoder.decode(Files.readAllBytes(folder.resolve(path)));
                if (readByPillow == READ_BY_US_ALONE.containsKey(path)) {
                    surprises.add("%s: read by us, by Pillow: %s"
                            .formatted(path, file.get("decode").asText()));
                }
                if (readByPillow && !OTHER_PIXELS.containsKey(path)) {
                    compare(file, image, surprises);
                }
            } catch (RejectedImageException e) {
                refused.put(path, e.reason());
                if (readByPillow) {
                    surprises.add("%s: read by Pillow, refused by us: %s".formatted(path, e.getMessage()));
                }
            }
        }
        assertThat(surprises).isEmpty();
        assertThat(refused).containsExactlyInAnyOrderEntriesOf(REFUSED);
    }

    private static void compare(JsonNode file, Image image, List<String> surprises) {
        String path = file.get("path").asText();
        if (image.width() != file.get("w_after_exif").asInt()
                || image.height() != file.get("h_after_exif").asInt()) {
            surprises.add("%s: %d x %d pixels".formatted(path, image.width(), image.height()));
        }
        for (int c = 0; c < 3; c++) {
            double sum = 0;
            for (int i = c; i < image.pixels().length; i += 3) {
                sum += image.pixels()[i] & 0xFF;
            }
            double mean = sum / (image.pixels().length / 3.0);
            // The recorded means are rounded from a reduced image for some files.
            if (Math.abs(mean - file.get("mean_rgb_after_exif").get(c).asInt()) > 1.01) {
                surprises.add("%s: mean of channel %d is %.2f".formatted(path, c, mean));
            }
        }
    }

    @Test
    void bombsAreRefusedBeforeMemoryIsTaken() throws IOException {
        // The JVM of the tests could not hold any of these.
        for (String bomb : List.of("homemade_40000x40000_1bit.png", "lottapixel_64250x64250.jpg")) {
            byte[] file = Files.readAllBytes(folder.resolve("bombs").resolve(bomb));
            assertThat(refusal(file, DecodeLimits.standard())).isEqualTo(RejectReason.TOO_LARGE);
        }
    }

    /** The eight files show the same scene after their orientation is undone; JPEG blocks differ a little. */
    @Test
    void orientationsShowTheSamePicture() throws Exception {
        Image upright = photo(1);
        for (int orientation = 2; orientation <= 8; orientation++) {
            Image turned = photo(orientation);
            assertThat(turned.width()).isEqualTo(upright.width());
            assertThat(turned.height()).isEqualTo(upright.height());
            double sum = 0;
            for (int i = 0; i < upright.pixels().length; i++) {
                sum += Math.abs((upright.pixels()[i] & 0xFF) - (turned.pixels()[i] & 0xFF));
            }
            assertThat(sum / upright.pixels().length)
                    .as("orientation " + orientation)
                    .isLessThan(4);
        }
    }

    private Image photo(int orientation) throws Exception {
        Path file = folder.resolve("exif-orientation/Landscape_%d.jpg".formatted(orientation));
        return Resizer.shorterSide(decoder.decode(Files.readAllBytes(file)), 300);
    }

    private static RejectReason refusal(byte[] file, DecodeLimits limits) {
        try {
            new ImageDecoder(limits, 3).decode(file);
            return null;
        } catch (RejectedImageException e) {
            return e.reason();
        }
    }
}
