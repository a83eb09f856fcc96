package io.resnetspark.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.onnx.OnnxInput;
import io.resnetspark.pipeline.storage.HdfsStorage;
import io.resnetspark.pipeline.storage.S3Storage;
import io.resnetspark.pipeline.storage.TestStorage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every format on storage of clusters. */
@Tag("full")
class ExportStorageIT {

    @RegisterExtension
    static final TestStorage HDFS = new HdfsStorage();

    @RegisterExtension
    static final TestStorage S3 = new S3Storage();

    private static final String NETWORK = "resnet18+blocks=1-1+widths=4-8";

    static Stream<TestStorage> storages() {
        return Stream.of(HDFS, S3);
    }

    @ParameterizedTest
    @MethodSource("storages")
    void everyFormatIsWrittenAndReadBack(TestStorage storage) throws IOException {
        LoadedModel model = SmallModels.of(NETWORK);
        Configuration hadoop = storage.configuration();
        String root = storage.newDirectory();
        ExportFormat hub = new ExportFormat.HuggingFace(Optional.empty());
        for (int time = 0; time < 2; time++) { // files are replaced
            ModelExport.to(root + "/a.safetensors", new ExportFormat.SafeTensors(), hadoop)
                    .write(model);
            ModelExport.to(root + "/b.pth", new ExportFormat.Torch(), hadoop).write(model);
            ModelExport.to(root + "/c.onnx", new ExportFormat.Onnx(OnnxInput.FLOAT32), hadoop)
                    .write(model);
        }
        assertThat(ModelExport.to(root + "/hub", hub, hadoop).write(model)).containsExactly(root + "/hub");
        assertThatThrownBy(() -> ModelExport.to(root + "/hub", hub, hadoop)).hasMessageContaining("there already");

        for (String name : List.of("/a.safetensors", "/b.pth", "/hub")) {
            LoadedModel back =
                    ModelSource.load(root + name, Optional.of(NETWORK), Optional.of(SmallModels.LABELS), hadoop);
            assertThat(back.weights()).as(name).isEqualTo(model.weights());
        }
        assertThat(Arrays.stream(storage.fileSystem().listStatus(new Path(root)))
                        .map(status -> status.getPath().getName()))
                .containsExactlyInAnyOrder("a.json", "a.safetensors", "b.json", "b.pth", "c.onnx", "hub");
    }
}
