package io.resnetspark.pipeline.retrain.step;

import io.resnetspark.pipeline.retrain.Portion;
import io.resnetspark.pipeline.retrain.drift.Drift;
import java.util.List;
import java.util.Optional;

/**
 * What new images are like, and what follows.
 *
 * @param championVersion the registry version that is judged and started from; empty if there is none
 * @param championTop1 what it recognises of the frozen test split; empty without a champion
 * @param portions the new images by dataset version, admitted ({@code PENDING}) or quarantined
 * @param agreements what the champion recognises of each batch; none without a champion
 * @param drift admitted training images against those accepted before; empty where there are none of either
 * @param newImages admitted training images
 * @param verdict what follows
 * @param reasons why, in words
 */
public record Assessment(
        Optional<Integer> championVersion,
        Optional<Double> championTop1,
        List<Portion> portions,
        List<Agreement> agreements,
        Optional<Drift> drift,
        long newImages,
        Verdict verdict,
        List<String> reasons) {

    /** What follows from the new images. */
    public enum Verdict {
        TRAIN,
        /** Not enough yet. */
        WAIT,
        /** None of what is new was let in. */
        REFUSE
    }

    /**
     * @param version of the dataset
     * @param batch its name
     * @param images of all splits
     * @param top1 share whose label the champion agrees with
     */
    public record Agreement(int version, String batch, long images, double top1) {}

    public Assessment {
        portions = List.copyOf(portions);
        agreements = List.copyOf(agreements);
        reasons = List.copyOf(reasons);
    }
}
