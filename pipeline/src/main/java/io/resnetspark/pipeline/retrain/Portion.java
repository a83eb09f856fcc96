package io.resnetspark.pipeline.retrain;

import java.util.List;

/**
 * The images that one version of the dataset added.
 *
 * @param version of the dataset
 * @param batch the batch they came from
 * @param fate what became of them
 * @param reason for it, in words
 * @param leaked image_ids of training images whose pixels are also those of a test image: never trained
 * @param cycle the cycle that decided it
 */
public record Portion(int version, String batch, Fate fate, String reason, List<String> leaked, int cycle) {

    /** What became of images. */
    public enum Fate {
        /** New: not part of any champion's training yet, and will be tried again with what comes. */
        PENDING,
        /** A champion was trained with them; they are replayed and are the reference for drift. */
        ACCEPTED,
        /** Kept out of every training until somebody releases them. */
        QUARANTINED
    }

    public Portion {
        leaked = List.copyOf(leaked);
    }

    public Portion with(Fate newFate, String newReason, int newCycle) {
        return new Portion(version, batch, newFate, newReason, leaked, newCycle);
    }

    public Portion withLeaked(List<String> imageIds) {
        return new Portion(version, batch, fate, reason, imageIds, cycle);
    }
}
