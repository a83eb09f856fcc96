package io.resnetspark.pipeline.dataset.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderLayoutTest {

    @TempDir
    Path root;

    private ImageFolderLayout layout(String... files) throws IOException {
        for (String file : files) {
            Files.createDirectories(root.resolve(file).getParent());
            Files.writeString(root.resolve(file), "");
        }
        return ImageFolderLayout.of(root.toString(), new Configuration());
    }

    @Test
    void classFoldersAreClasses() throws IOException {
        ImageFolderLayout layout = layout("cat/0.jpg", "dog/more/0.jpg", "__MACOSX/x.jpg", ".git/x", "README.md");
        assertThat(layout.classes()).containsExactly("cat", "dog");
        assertThat(layout.notes()).isEmpty();
    }

    @Test
    void aWrapperAroundSplitsOrClassesIsPassedThroughAndSaid() throws IOException {
        ImageFolderLayout layout = layout("photos/train/cat/0.jpg", "photos/Test/cat/1.jpg", "photos/train/dog/0.jpg");
        assertThat(layout.places())
                .extracting(place -> place.label() + " " + place.split())
                .containsExactlyInAnyOrder(
                        "null null", "null null", "null TEST", "cat TEST", "null TRAIN", "cat TRAIN", "dog TRAIN");
        assertThat(layout.notes()).singleElement().asString().contains("holds only photos");
    }

    @Test
    void aWrapperWithinEachSplitIsPassedThroughAndSaid() throws IOException {
        ImageFolderLayout layout = layout(
                "seg_train/seg_train/forest/0.jpg", "seg_train/seg_train/sea/0.jpg", "seg_test/seg_test/sea/0.jpg");
        assertThat(layout.places().stream().filter(place -> place.label() != null))
                .extracting(place -> place.label() + " " + place.split())
                .containsExactlyInAnyOrder("forest TRAIN", "sea TRAIN", "sea TEST");
        assertThat(layout.notes())
                .contains(
                        "seg_train is taken for the split train",
                        "seg_train holds only seg_train/seg_train, whose folders are taken for classes");
    }

    @Test
    void splitsWithoutClassesAreRefused() {
        assertThatThrownBy(() -> layout("train/cat.0.jpg", "train/dog.0.jpg"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("[train]")
                .hasMessageContaining("no class folders");
    }

    @Test
    void aClassMayBeCalledLikeASplit() throws IOException {
        assertThat(layout("steam-train/0.jpg", "bus/0.jpg", "test/0.jpg").classes())
                .containsExactly("bus", "steam-train", "test");
    }

    @Test
    void splitsBesideOtherFoldersAreRefused() {
        assertThatThrownBy(() -> layout("train/cat/0.jpg", "other/0.jpg"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("mixes split folders [train] with others [other]");
    }
}
