package io.resnetspark.pipeline.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Records that were split by concern read and write the files of those that were not. */
class FlattenedTest {

    record Place(String path, Optional<Integer> version) {}

    /** Named like one of its keys, as {@code dataset} of a run's manifest is. */
    record Trained(
            @Flattened Place path,
            double lossAtEnd,
            @Flattened Size size) {}

    record Size(int imageCount, @Flattened Split split) {}

    record Split(int train, int test) {}

    private static final Trained TRAINED =
            new Trained(new Place("data", Optional.of(3)), Double.NaN, new Size(10, new Split(8, 2)));

    @Test
    void keysLieInOneObject() {
        JsonNode json = JsonDocument.tree(TRAINED);
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("path", "version", "loss_at_end", "image_count", "train", "test");
        assertThat(json.path("path").asText()).isEqualTo("data");
        assertThat(json.path("loss_at_end").isNull()).isTrue();
    }

    @Test
    void whatWasWrittenReadsBack() {
        assertThat(JsonDocument.read(JsonDocument.text(TRAINED), Trained.class, "file"))
                .isEqualTo(TRAINED);
        assertThat(JsonDocument.read(JsonDocument.tree(TRAINED), Trained.class, "file"))
                .isEqualTo(TRAINED);
    }

    @Test
    void listsAndOptionalsOfThemToo() {
        record All(List<Trained> all, Optional<Trained> one) {}

        All all = new All(List.of(TRAINED, TRAINED), Optional.of(TRAINED));
        assertThat(JsonDocument.read(JsonDocument.text(all), All.class, "file")).isEqualTo(all);
    }

    @Test
    void whatIsMissingIsAsInARecordThatWasNotSplit() {
        Trained read = JsonDocument.read("{\"train\": 4, \"of a newer version\": 1}", Trained.class, "file");
        assertThat(read)
                .isEqualTo(new Trained(new Place(null, Optional.empty()), Double.NaN, new Size(0, new Split(4, 0))));
    }
}
