package io.resnetspark.pipeline.retrain.step;

import io.resnetspark.pipeline.retrain.RetrainConfig.Trigger;
import io.resnetspark.pipeline.retrain.drift.Drift;
import io.resnetspark.pipeline.retrain.step.Assessment.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whether new images are enough: many, or fewer that drifted, or any where there is no champion yet. Pure. */
public record TrainingTrigger(Trigger trigger) {

    /** @param reasons in words */
    record Judgement(Verdict verdict, List<String> reasons) {}

    /**
     * @param newImages training images let in
     * @param drift of them against the accepted ones; empty where there is nothing to compare
     * @param champion the model in use, if there is one
     * @param refused what was not let in, in words
     */
    Judgement decide(long newImages, Optional<Drift> drift, Optional<Integer> champion, List<String> refused) {
        List<String> reasons = new ArrayList<>(refused);
        return new Judgement(verdict(newImages, drift, champion, reasons), reasons);
    }

    private Verdict verdict(long newImages, Optional<Drift> drift, Optional<Integer> champion, List<String> reasons) {
        if (newImages == 0) {
            if (!reasons.isEmpty()) {
                return Verdict.REFUSE;
            }
            reasons.add("the new batches hold no new training image");
            return Verdict.WAIT;
        }
        if (champion.isEmpty()) {
            reasons.add("there is no champion yet");
            return Verdict.TRAIN;
        }
        if (newImages >= trigger.minimumImages()) {
            reasons.add("%d new training images, at least %d are enough".formatted(newImages, trigger.minimumImages()));
            return Verdict.TRAIN;
        }
        List<String> shifts = drift.map(this::shifts).orElse(List.of());
        if (newImages >= trigger.minimumDriftedImages() && !shifts.isEmpty()) {
            reasons.addAll(shifts);
            return Verdict.TRAIN;
        }
        reasons.add("%d new training images are fewer than %d%s"
                .formatted(
                        newImages,
                        trigger.minimumImages(),
                        shifts.isEmpty() ? ", and they have not drifted" : ", and too few to judge drift"));
        return Verdict.WAIT;
    }

    /** The thresholds that were crossed, in words. */
    List<String> shifts(Drift drift) {
        List<String> shifts = new ArrayList<>();
        if (drift.labelStability() > trigger.labelShift()) {
            shifts.add(words(
                    "labels have shifted: stability index %.3f, above %.3f",
                    drift.labelStability(), trigger.labelShift()));
        }
        drift.worstInput()
                .filter(input -> input.stability() > trigger.inputDrift())
                .ifPresent(input -> shifts.add(words(
                        "%s of channel %d has drifted: stability index %.3f, above %.3f",
                        input.feature(), input.channel(), input.stability(), trigger.inputDrift())));
        drift.inputs().stream()
                .filter(input -> input.kolmogorovSmirnov() > trigger.inputDistance())
                .forEach(input -> shifts.add(words(
                        "%s of channel %d has drifted: Kolmogorov-Smirnov distance %.3f, above %.3f",
                        input.feature(), input.channel(), input.kolmogorovSmirnov(), trigger.inputDistance())));
        return shifts;
    }

    private static String words(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
