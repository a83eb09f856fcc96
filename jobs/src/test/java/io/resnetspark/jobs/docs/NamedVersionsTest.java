package io.resnetspark.jobs.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.pipeline.dataset.DeltaSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Documents and examples name versions that go together, those of the build. */
class NamedVersionsTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern DELTA = Pattern.compile("io\\.delta:[\\w.-]+:[\\w.]+\\w");

    private static List<Path> texts() throws IOException {
        List<Path> texts = new ArrayList<>(List.of(ROOT.resolve("README.md")));
        for (String folder : List.of("docs", "conf")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().matches(".*\\.(md|py|conf|yaml|ipynb)"))
                        .forEach(texts::add);
            }
        }
        return texts;
    }

    @Test
    void deltaLakeIsTheOneOfTheEmbeddedSpark() throws IOException {
        String ours = DeltaSession.artifactFor(org.apache.spark.package$.MODULE$.SPARK_VERSION())
                .orElseThrow();
        List<String> named = new ArrayList<>();
        for (Path text : texts()) {
            Matcher matcher = DELTA.matcher(Files.readString(text));
            while (matcher.find()) {
                named.add(matcher.group());
            }
        }
        assertThat(named).hasSizeGreaterThanOrEqualTo(3).containsOnly(ours);
    }

    @Test
    void eachSparkHasItsDeltaLake() {
        assertThat(DeltaSession.artifactFor("3.5.6-amzn-1"))
                .hasValueSatisfying(artifact -> assertThat(artifact).startsWith("io.delta:delta-spark_2.12:3."));
        assertThat(DeltaSession.artifactFor("4.0.1"))
                .hasValueSatisfying(artifact -> assertThat(artifact).startsWith("io.delta:delta-spark_4.0_2.13:4."));
        assertThat(DeltaSession.artifactFor("3.4.1")).isEmpty();
    }
}
