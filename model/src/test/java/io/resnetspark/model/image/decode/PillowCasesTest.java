package io.resnetspark.model.image.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.TestImages;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** One small file of every kind against what Pillow 13 made of it; {@code pillow_cases.py} says how they were made. */
class PillowCasesTest {

    /** What a damaged file may make us take: its size may say anything. */
    private static final DecodeLimits SMALL = new DecodeLimits(1 << 20, 1 << 16);

    private final ImageDecoder decoder = new ImageDecoder(DecodeLimits.standard(), 3);

    @TestFactory
    Stream<DynamicTest> everyKindIsReadAsByPillowOrNamed() throws IOException {
        return cases().map(example -> dynamicTest(example.get("name").asText(), () -> check(example)));
    }

    private void check(JsonNode example) throws IOException {
        try {
            Image image = decoder.decode(example.get("file").binaryValue());
            assertThat(example.has("refused")).as("to be refused").isFalse();
            assertThat(image.width()).isEqualTo(example.get("width").asInt());
            assertThat(image.height()).isEqualTo(example.get("height").asInt());
            if (example.has("crc")) {
                assertThat(TestImages.crc(image.pixels()))
                        .isEqualTo(example.get("crc").asText());
            } else {
                assertThat(furthest(image.pixels(), example.get("pixels").binaryValue()))
                        .isLessThanOrEqualTo(example.get("within").asInt());
            }
        } catch (RejectedImageException e) {
            assertThat(e.reason().name())
                    .as(e.getMessage())
                    .isEqualTo(example.path("refused").asText());
            assertThat(e.getMessage()).containsIgnoringCase(example.get("says").asText());
        }
    }

    private static int furthest(byte[] samples, byte[] wanted) {
        return IntStream.range(0, wanted.length)
                .map(i -> Math.abs((samples[i] & 0xFF) - (wanted[i] & 0xFF)))
                .max()
                .orElseThrow();
    }

    /** A part of a file is refused, or holds every pixel. */
    @Test
    @Timeout(120)
    void noBeginningOfAFileIsTakenForTheWhole() throws IOException {
        List<String> surprises = new ArrayList<>();
        for (JsonNode example : (Iterable<JsonNode>) cases().filter(e -> e.has("crc"))::iterator) {
            byte[] file = example.get("file").binaryValue();
            Set<Integer> lengths = new HashSet<>();
            for (int i = 0; i < 40; i++) {
                lengths.add(Math.min(file.length, i)); // inside the header
                lengths.add(Math.max(0, file.length - 1 - i)); // at the end
                lengths.add(file.length * i / 40);
            }
            for (int length : lengths) {
                try {
                    Image image = decoder.decode(Arrays.copyOf(file, length));
                    if (!TestImages.crc(image.pixels())
                            .equals(example.get("crc").asText())) {
                        surprises.add("%s: %d of %d bytes"
                                .formatted(example.get("name").asText(), length, file.length));
                    }
                } catch (RejectedImageException e) {
                    assertThat(e.reason()).isNotNull();
                }
            }
        }
        assertThat(surprises).isEmpty();
    }

    /** Damage anywhere ends in an image or in a {@link RejectedImageException}, never in anything else. */
    @Test
    @Timeout(300)
    void damagedFilesAreReadOrRefused() throws IOException {
        ImageDecoder small = new ImageDecoder(SMALL, 3);
        SplittableRandom random = new SplittableRandom(17);
        for (JsonNode example : (Iterable<JsonNode>) cases()::iterator) {
            byte[] file = example.get("file").binaryValue();
            for (int i = 0; i < 60; i++) {
                byte[] damaged = file.clone();
                int changes = 1 + random.nextInt(4);
                for (int k = 0; k < changes; k++) {
                    int range = random.nextBoolean() ? file.length : Math.min(128, file.length);
                    damaged[random.nextInt(range)] = (byte) random.nextInt(256);
                }
                try {
                    Image image = small.decode(damaged);
                    assertThat((long) image.width() * image.height()).isLessThanOrEqualTo(SMALL.maxPixels());
                } catch (RejectedImageException e) {
                    assertThat(e.reason()).isNotNull();
                } catch (RuntimeException | Error e) {
                    throw new AssertionError(
                            "%s, damaged copy %d".formatted(example.get("name").asText(), i), e);
                }
            }
        }
    }

    private static Stream<JsonNode> cases() throws IOException {
        try (InputStream in = PillowCasesTest.class.getResourceAsStream("pillow_cases.json")) {
            List<JsonNode> cases = new ArrayList<>();
            new ObjectMapper().readTree(in).forEach(cases::add);
            return cases.stream();
        }
    }
}
