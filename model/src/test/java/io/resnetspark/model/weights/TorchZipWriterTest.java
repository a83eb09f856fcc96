package io.resnetspark.model.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.weights.StateDictMatcher.HeadPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TimeZone;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written is read back to the bit. */
class TorchZipWriterTest {

    @TempDir
    Path folder;

    private Path written(StateDict weights) throws IOException {
        Path file = folder.resolve("weights.pth");
        Files.write(file, bytes(weights));
        return file;
    }

    private static byte[] bytes(StateDict weights) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TorchZipWriter.write(weights, bytes);
        return bytes.toByteArray();
    }

    @Test
    void tensorsOfAnyShapeComeBackInOrder() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("z.weight", Tensor.of(new float[] {1, -2.5f, Float.MIN_VALUE, 4, 5, 6}, 1, 2, 3, 1));
        tensors.put("a.num_batches_tracked", Tensor.of(new float[] {12_345}));
        tensors.put("é.bias", Tensor.of(new float[] {-0.0f, Float.MAX_VALUE}, 2));
        tensors.put("none", Tensor.of(new float[0], 0, 3));
        StateDict weights = new StateDict(tensors);
        StateDict back = WeightsFile.read(written(weights));
        assertThat(back).isEqualTo(weights);
        assertThat(back.names()).containsExactlyElementsOf(weights.names());
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void everyArchitectureComesBack(Architecture architecture) throws IOException {
        StateDict weights = SmallNetworks.weights(SmallNetworks.shallow(architecture), 3);
        assertThat(WeightsFile.read(written(weights))).isEqualTo(weights);
    }

    @Test
    void equalWeightsGiveEqualBytes() throws IOException {
        StateDict weights = SmallNetworks.weights(SmallNetworks.shallow(Architecture.RESNET18), 3);
        byte[] here = bytes(weights);
        TimeZone zone = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Auckland"));
            assertThat(bytes(weights)).isEqualTo(here);
        } finally {
            TimeZone.setDefault(zone);
        }
    }

    /** PyTorch maps the file and uses the tensors in place. */
    @Test
    void storagesAreAligned() throws IOException {
        StateDict weights = SmallNetworks.weights(SmallNetworks.shallow(Architecture.RESNET18), 3);
        try (ZipFile zip = new ZipFile(written(weights))) {
            for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
                assertThat(entry.getDataOffset() % 64).as(entry.getName()).isZero();
            }
        }
    }

    /** Names of transformers' networks come back as torchvision's. */
    @ParameterizedTest
    @EnumSource(names = {"RESNET18", "RESNET34", "RESNET50", "RESNET101", "RESNET152"})
    void transformersNamesAreUnderstood(Architecture architecture) {
        ResNetSpec spec = SmallNetworks.spec(architecture);
        StateDict weights = SmallNetworks.weights(spec, 3);
        StateDict theirs = TransformersNames.of(weights.withBatchesTracked());
        assertThat(theirs.names()).allMatch(name -> name.startsWith("resnet.") || name.startsWith("classifier.1."));
        assertThat(StateDictMatcher.match(ParameterLayout.of(spec).shapes(), theirs, HeadPolicy.REQUIRE, "transformers")
                        .weights())
                .isEqualTo(weights);
    }
}
