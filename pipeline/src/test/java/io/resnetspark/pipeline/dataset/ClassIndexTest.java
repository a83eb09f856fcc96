package io.resnetspark.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClassIndexTest {

    @Test
    void classesKeepTheirLabelsWhateverComesLater() {
        ClassIndex first = new ClassIndex(List.of()).extendedBy(List.of(), Set.of("zebra", "ant"));
        ClassIndex second = first.extendedBy(List.of(), Set.of("bee", "ant"));

        assertThat(first.names()).containsExactly("ant", "zebra");
        assertThat(second.names()).containsExactly("ant", "zebra", "bee");
        assertThat(second.labels()).containsEntry("zebra", 1).containsEntry("bee", 2);
    }

    @Test
    void numbersSortByValue() {
        assertThat(new ClassIndex(List.of())
                        .extendedBy(List.of(), Set.of("10", "9", "2", "x"))
                        .names())
                .containsExactly("2", "9", "10", "x");
    }

    @Test
    void theSourcesOrderComesFirst() {
        assertThat(new ClassIndex(List.of())
                        .extendedBy(List.of("truck", "cat"), Set.of("cat"))
                        .names())
                .containsExactly("truck", "cat");
    }

    @Test
    void aNameHasOneLabel() {
        assertThatThrownBy(() -> new ClassIndex(List.of("a", "a"))).isInstanceOf(IllegalArgumentException.class);
    }
}
