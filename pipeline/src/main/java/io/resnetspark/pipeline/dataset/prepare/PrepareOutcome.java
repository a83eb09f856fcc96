package io.resnetspark.pipeline.dataset.prepare;

import io.resnetspark.pipeline.dataset.DatasetManifest;
import io.resnetspark.pipeline.dataset.RunCounts;
import java.util.ArrayList;
import java.util.List;

/**
 * How a run of {@link PrepareJob} ended well.
 *
 * @param dataset path of the dataset
 * @param change what the run did to it
 * @param manifest of the dataset's current version
 * @param run what this run saw
 * @param notes what the user should know
 * @param seconds the run took
 */
public record PrepareOutcome(
        String dataset, Change change, DatasetManifest manifest, RunCounts run, List<String> notes, double seconds) {

    /** What a run did to the dataset. */
    public enum Change {
        CREATED,
        EXTENDED,
        /** Everything usable in the source is in the dataset: no version was added. */
        NOTHING_NEW
    }

    /** The outcome as lines for a person. */
    public List<String> describe() {
        List<String> lines = new ArrayList<>();
        lines.add(
                switch (change) {
                    case CREATED ->
                        "Created %s, version %d: %d images".formatted(dataset, manifest.version(), run.added());
                    case EXTENDED ->
                        "Extended %s to version %d: %d new images, %d in all"
                                .formatted(
                                        dataset,
                                        manifest.version(),
                                        run.added(),
                                        manifest.content().images());
                    case NOTHING_NEW ->
                        "Nothing new for %s: it stays at version %d with %d images"
                                .formatted(
                                        dataset,
                                        manifest.version(),
                                        manifest.content().images());
                });
        lines.add("Seen %d: %d added, %d unchanged, %d duplicates, %d rejected"
                .formatted(run.seen(), run.added(), run.unchanged(), run.duplicateTotal(), run.rejectedTotal()));
        run.duplicates().forEach((kind, count) -> lines.add("  %s: %d".formatted(kind, count)));
        run.rejected().forEach((reason, count) -> lines.add("  rejected, %s: %d".formatted(reason, count)));
        run.leftOut().forEach((rule, count) -> lines.add("  left out, %s: %d".formatted(rule, count)));
        manifest.content()
                .splits()
                .forEach((split, summary) -> lines.add("  %s: %d images".formatted(split, summary.images())));
        lines.add("%d classes".formatted(manifest.content().classes().size()));
        notes.forEach(note -> lines.add("Note: " + note));
        return lines;
    }
}
