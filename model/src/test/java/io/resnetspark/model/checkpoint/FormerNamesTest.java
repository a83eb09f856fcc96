package io.resnetspark.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

/** Model cards that versions before 0.2.0 wrote. */
class FormerNamesTest {

    private static final String FORMER = """
            {"spec":{"architecture":"cifar-resnet20","stem":"CIFAR","block":"BASIC","shortcut":"PAD",
             "normalisation":"BATCH","blocks":[3,3,3],"widths":[16,32,64],"classes":2,"channels":3,"inputSize":32,
             "lastScale":1.0},"labels":["camelCase","snake_case"],"preprocessing":{"channels":3,"resizeShorterSide":36,
             "inputSize":32,"mean":[0.4,0.5,0.6],"std":[0.2,0.2,0.3],"filter":"bilinear"},
             "quantization":{"ranges":{"layer1.0.conv1":3.5},"images":64,"source":"Validation"}}
            """;

    @Test
    void areReadAndWrittenAnew() throws Exception {
        ModelCard card = CheckpointFormat.parseCard(FORMER);
        assertThat(card.spec().inputSize()).isEqualTo(32);
        assertThat(card.preprocessing().resizeShorterSide()).isEqualTo(36);
        assertThat(card.labels()).containsExactly("camelCase", "snake_case");
        assertThat(card.quantization().ranges()).containsOnlyKeys("layer1.0.conv1");

        String now = CheckpointFormat.format(card);
        assertThat(CheckpointFormat.parseCard(now)).isEqualTo(card);
        assertThat(new ObjectMapper().readTree(now).path("preprocessing").fieldNames())
                .toIterable()
                .containsExactly("channels", "resize_shorter_side", "input_size", "mean", "std", "filter");
    }
}
