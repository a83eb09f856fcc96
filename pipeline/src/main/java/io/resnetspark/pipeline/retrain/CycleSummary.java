package io.resnetspark.pipeline.retrain;

import io.resnetspark.pipeline.storage.Flattened;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Optional;

/**
 * How one cycle ended: a line of the history, and the body of the webhook.
 *
 * @param formatVersion of this record
 * @param id names the cycle and no other: a receiver may see it twice and should then ignore the second
 * @param number of the cycle
 * @param model name of the model
 * @param time when
 * @param outcome how it ended
 * @param data what was new
 * @param contest who was champion, and who is
 */
@RecordBuilder
public record CycleSummary(
        int formatVersion,
        String id,
        int number,
        String model,
        @Flattened Time time,
        @Flattened Outcome outcome,
        @Flattened Data data,
        @Flattened Contest contest) {

    public static final int FORMAT_VERSION = 1;

    /** How a cycle ended. */
    public enum Verdict {
        /** The challenger is the champion now. */
        PROMOTED,
        /** A challenger was trained and the champion stays. */
        KEPT,
        /** There was not enough to train a challenger on. */
        WAITED,
        /** All that was new was refused or quarantined. */
        REFUSED
    }

    /**
     * @param name of the batch
     * @param fate {@code accepted}, {@code pending}, {@code quarantined} or {@code refused}
     * @param images it added
     * @param reason in words; may be empty
     */
    public record BatchFate(String name, String fate, long images, String reason) {}

    /**
     * @param startedAt ISO-8601 instant
     * @param finishedAt ISO-8601 instant
     */
    public record Time(String startedAt, String finishedAt) {}

    /**
     * @param verdict how the cycle ended
     * @param reasons why, in words
     * @param report page of the decision
     */
    public record Outcome(Verdict verdict, List<String> reasons, String report) {

        public Outcome {
            reasons = List.copyOf(reasons);
        }
    }

    /**
     * @param batches the batches that were new, with what became of them
     * @param datasetVersion of the dataset
     * @param newImages new training images
     */
    public record Data(List<BatchFate> batches, int datasetVersion, long newImages) {

        public Data {
            batches = List.copyOf(batches);
        }
    }

    /**
     * @param championVersion the registry version that was champion before; empty if there was none
     * @param newVersion the registry version that was promoted
     * @param championTop1 on the frozen test split
     * @param challengerTop1 on the frozen test split
     */
    public record Contest(
            Optional<Integer> championVersion,
            Optional<Integer> newVersion,
            Optional<Double> championTop1,
            Optional<Double> challengerTop1) {}
}
