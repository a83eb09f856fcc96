package io.resnetspark.pipeline.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkName;
import io.resnetspark.pipeline.evaluation.HeadlessBrowser;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkPagesTest {

    @TempDir
    Path folder;

    /** One drawing for the stem, one for every look of a block in a stage, one for the head. */
    @Test
    void everyShapeOfBlockIsDrawnOnce() throws Exception {
        Optional<HeadlessBrowser> browser = HeadlessBrowser.onPath();
        assumeTrue(browser.isPresent(), "needs chromium or google-chrome on the PATH");
        HeadlessBrowser.Visit resNet50 = browser.get()
                .visit(NetworkPages.page(Architecture.RESNET50.spec()), "", Files.createDirectory(folder.resolve("a")));
        assertThat(resNet50.console()).isEmpty();
        assertThat(resNet50.dom()).contains("25.56 million", "layer4.1 to layer4.2", "7 × 7 × 2048");
        assertThat(resNet50.dom().split("<svg", -1)).hasSize(1 + 1 + 4 * 2 + 1);

        HeadlessBrowser.Visit plain = browser.get()
                .visit(
                        NetworkPages.page(
                                NetworkName.parse("cifar-plain20+norm=none").spec()),
                        "",
                        Files.createDirectory(folder.resolve("b")));
        assertThat(plain.console()).isEmpty();
        assertThat(plain.dom().split("<svg", -1)).hasSize(1 + 1 + (1 + 2 + 2) + 1);
    }

    @Test
    void theIndexLinksEveryPage() throws Exception {
        List<Architecture> all = Arrays.asList(Architecture.values());
        NetworkPages.writeAll(
                AtomicStore.at(folder.toString(), new Configuration()),
                all.stream().map(Architecture::spec).toList());
        String index = Files.readString(folder.resolve("index.html"));
        for (Architecture architecture : all) {
            String file = architecture.label() + ".html";
            assertThat(index).contains("\"" + file + "\"");
            assertThat(folder.resolve(file)).exists();
        }
    }
}
