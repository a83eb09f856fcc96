package io.resnetspark.pipeline.dataset.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.pipeline.dataset.ClassIndex;
import io.resnetspark.pipeline.dataset.DatasetManifest.SplitSummary;
import io.resnetspark.pipeline.dataset.PixelStatistics;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClassWarningsTest {

    private static List<String> warnings(Map<String, Long> train, String... classes) {
        TableSummary summary = new TableSummary(
                3, Map.of("train", new SplitSummary(3, train)), new PixelStatistics(0, List.of(), List.of()), "");
        return ClassWarnings.of(new ClassIndex(List.of(classes)), summary);
    }

    @Test
    void namesThatAPersonTakesForTheSameAreTold() {
        assertThat(ClassWarnings.alike(List.of(
                        "Cat", "cat", "cat ", "caf\u00e9", "cafe\u0301", "STRASSE", "stra\u00dfe", "dog", "001", "01")))
                .containsExactlyInAnyOrder(
                        List.of("Cat", "cat", "cat "),
                        List.of("caf\u00e9", "cafe\u0301"),
                        List.of("STRASSE", "stra\u00dfe"));
    }

    @Test
    void aClassAloneOrWithoutTrainingImagesIsTold() {
        assertThat(warnings(Map.of("cat", 3L), "cat"))
                .singleElement()
                .asString()
                .contains("only class");
        assertThat(warnings(Map.of("cat", 2L, "dog", 1L), "cat", "dog")).isEmpty();
        assertThat(warnings(Map.of("cat", 3L, "dog", 0L), "cat", "dog"))
                .containsExactly("1 classes have no training images: dog");
    }
}
