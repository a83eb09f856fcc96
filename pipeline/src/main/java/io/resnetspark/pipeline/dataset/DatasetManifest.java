package io.resnetspark.pipeline.dataset;

import io.resnetspark.pipeline.storage.Flattened;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a version of a dataset is and how it came about: the content of {@code dataset.json} and of
 * {@code versions/NNNNNN.json}.
 *
 * @param formatVersion version of this format, {@link #FORMAT_VERSION}
 * @param id random identity of the dataset, the same in all its versions
 * @param version 1, 2, …
 * @param createdAt ISO-8601 instant, UTC
 * @param tables where its rows are
 * @param content which images it has
 * @param making how the run that made this version went
 * @param history the versions before this one, oldest first
 */
@RecordBuilder
public record DatasetManifest(
        int formatVersion,
        String id,
        int version,
        String createdAt,
        @Flattened Tables tables,
        @Flattened Content content,
        @Flattened Making making,
        List<EarlierVersion> history) {

    public static final int FORMAT_VERSION = 1;

    /**
     * @param tableVersion version of the Delta table of images that holds exactly this version
     * @param rejectsVersion version of the Delta table of rejects, or -1 when nothing was ever rejected
     */
    public record Tables(long tableVersion, long rejectsVersion) {}

    /**
     * @param fingerprint hash over the images with their labels and splits, whatever their order: equal for equal content
     * @param classes class names by label
     * @param images number of images in all splits
     * @param splits contents of each split by its name
     * @param trainPixels statistics of the training split's stored pixels; zero pixels when it is empty
     */
    public record Content(
            String fingerprint,
            List<String> classes,
            long images,
            Map<String, SplitSummary> splits,
            PixelStatistics trainPixels) {}

    /**
     * @param run what the run that made this version saw
     * @param warnings what the user should know
     * @param config resolved configuration of that run
     * @param software versions of what ran, by name
     * @param seconds durations of the run's steps, by name
     */
    public record Making(
            RunCounts run,
            List<String> warnings,
            PrepareConfig config,
            Map<String, String> software,
            Map<String, Double> seconds) {}

    /**
     * @param images number of images
     * @param perClass number of images by class name, in label order, classes without images included
     */
    public record SplitSummary(long images, Map<String, Long> perClass) {}

    /**
     * @param version number of the version
     * @param createdAt ISO-8601 instant, UTC
     * @param images number of images it has
     * @param sha256 of its manifest file
     */
    public record EarlierVersion(int version, String createdAt, long images, String sha256) {}

    /** Contents of a split; empty when the dataset has none of it. */
    public SplitSummary split(Split split) {
        return content.splits().getOrDefault(split.label(), new SplitSummary(0, Map.of()));
    }

    /** The entry of an earlier version. */
    Optional<EarlierVersion> earlier(int number) {
        return history.stream().filter(entry -> entry.version() == number).findFirst();
    }
}
