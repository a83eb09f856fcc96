package io.resnetspark.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.pipeline.dataset.prepare.PrepareJob;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which images a selection takes, on a dataset of two versions. */
class ExampleSelectionIT {

    @TempDir
    static Path folder;

    private static ExampleIndex first;
    private static ExampleIndex both;
    private static String someId;

    @BeforeAll
    static void prepareTwoVersions() throws Exception {
        SparkSession spark = LocalSpark.session();
        String output = folder.resolve("dataset").toString();
        PrepareConfig config = PrepareConfig.of(
                        folder.resolve("images").toString(), PrepareConfig.SourceFormat.IMAGE_FOLDER, output)
                .withSplit(new PrepareConfig.Splits(PrepareConfig.SplitOrigin.HASH, 1, 0, 0, 0, 0));
        ImageFolders.writeClass(folder.resolve("images/a"), 0, 60);
        PrepareJob.run(spark, config);
        first = ExampleIndex.build(spark, ImageDataset.open(spark, output), Split.TRAIN);
        ImageFolders.writeClass(folder.resolve("images/a"), 60, 40);
        PrepareJob.run(spark, config);
        ImageDataset dataset = ImageDataset.open(spark, output);
        both = ExampleIndex.build(spark, dataset, Split.TRAIN);
        someId = dataset.rows(Split.TRAIN)
                .where("version = 2")
                .orderBy("image_id")
                .first()
                .getAs("image_id");
    }

    private static Set<Long> ids(ExampleIndex index) {
        Set<Long> ids = new TreeSet<>();
        for (int example = 0; example < index.size(); example++) {
            ids.add(index.idHash(example));
        }
        return ids;
    }

    private static Set<Long> select(Map<Integer, Double> shares, long seed, String... excluded) {
        return ids(both.select(new ExampleSelection(shares, seed, List.of(excluded))));
    }

    @Test
    void wholeVersionsAreTheirImages() {
        assertThat(both.size()).isEqualTo(100);
        assertThat(select(Map.of(1, 1.0), 7)).isEqualTo(ids(first));
        assertThat(select(Map.of(1, 1.0, 2, 1.0), 7)).isEqualTo(ids(both));
        assertThat(select(Map.of(2, 1.0), 7)).hasSize(40).doesNotContainAnyElementsOf(ids(first));
        assertThat(select(Map.of(), 7)).isEmpty();
    }

    @Test
    void aSampleIsTheSameInEveryLaterVersionAndGrowsWithItsShare() {
        ExampleSelection half = new ExampleSelection(Map.of(1, 0.5), 3, List.of());
        assertThat(ids(both.select(half))).isEqualTo(ids(first.select(half))).hasSizeBetween(15, 45);
        assertThat(select(Map.of(1, 0.7), 3)).containsAll(ids(both.select(half)));
        assertThat(select(Map.of(1, 0.5), 4)).isNotEqualTo(ids(both.select(half)));
    }

    @Test
    void excludedImagesNeverTakePart() {
        assertThat(select(Map.of(2, 1.0), 7, someId)).hasSize(39);
    }

    @Test
    void selectedExamplesKeepWhatTheyAre() {
        ExampleIndex second = both.select(new ExampleSelection(Map.of(2, 1.0), 0, List.of()));
        Map<Long, Integer> lengths = java.util.stream.IntStream.range(0, both.size())
                .boxed()
                .collect(Collectors.toMap(both::idHash, both::length));
        for (int example = 0; example < second.size(); example++) {
            assertThat(second.version(example)).isEqualTo(2);
            assertThat(second.length(example)).isEqualTo(lengths.get(second.idHash(example)));
        }
    }

    @Test
    void aShareIsAShare() {
        assertThatThrownBy(() -> new ExampleSelection(Map.of(1, 1.1), 0, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
