package io.resnetspark.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.BadDataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights in parts with {@code model.safetensors.index.json}. */
class ShardedWeightsTest {

    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    Path folder;

    @BeforeEach
    void writeParts() throws IOException {
        SafeTensors.write(new StateDict(Map.of("a", Tensor.of(new float[] {1}, 1))), Map.of(), folder.resolve(FIRST));
        SafeTensors.write(new StateDict(Map.of("b", Tensor.of(new float[] {2}, 1))), Map.of(), folder.resolve(SECOND));
    }

    private Path index(String map) throws IOException {
        return Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"metadata\": {\"total_size\": 8}, \"weight_map\": {%s}}".formatted(map));
    }

    @Test
    void partsAreOneStateDictByIndexOrFolder() throws IOException {
        Path index = index("\"b\": \"%s\", \"a\": \"%s\"".formatted(SECOND, FIRST));

        for (Path named : new Path[] {index, folder}) {
            StateDict weights = WeightsFile.read(named);
            assertThat(weights.names()).containsExactly("b", "a");
            assertThat(weights.tensor("a").data()).containsExactly(1);
            assertThat(weights.tensor("b").data()).containsExactly(2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "c, model-00001-of-00002.safetensors, no tensor c",
        "a, model-00003-of-00002.safetensors, is missing",
        "a, ../elsewhere.safetensors, no file beside it",
        "a, /etc/passwd, no file beside it",
        "a, model.safetensors.index.json, neither"
    })
    void indexThatDoesNotFitItsPartsIsRefused(String tensor, String part, String reason) throws IOException {
        Path index = index("\"%s\": \"%s\"".formatted(tensor, part));

        assertThatThrownBy(() -> WeightsFile.read(index))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void damagedIndexIsNamed() throws IOException {
        Path index = Files.writeString(folder.resolve("model.safetensors.index.json"), "{\"weight_map\": {\"a\": ");

        assertThatThrownBy(() -> WeightsFile.read(index))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining(index.toString());
    }

    @Test
    void folderWithoutWeightsSaysWhatItLooksFor() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));

        assertThatThrownBy(() -> WeightsFile.read(empty))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("pytorch_model.bin");
    }
}
