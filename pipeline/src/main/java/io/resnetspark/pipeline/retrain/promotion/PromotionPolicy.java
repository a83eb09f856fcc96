package io.resnetspark.pipeline.retrain.promotion;

import io.resnetspark.pipeline.retrain.promotion.ModelScores.ClassScore;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Finding;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Harm;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Keep;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Promote;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Verdict;
import io.resnetspark.pipeline.retrain.promotion.Trial.Against;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Decides promotions from evidence and limits alone. All rules must hold; each is reported, whether it held or not.
 *
 * @param minimumTop1 top-1 on the test split that any champion must have, 0..1
 * @param minimumGain top-1 on the test split that the challenger must have above the champion's, -1..1
 * @param minimumGainLow what the lower end of the gain's 95 % interval must reach, -1..1: 0 asks for certainty that the
 *     challenger is better, a negative number that it is not worse by more
 * @param minimumFreshGainLow the same on the new images, -1..1
 * @param maximumClassLoss most recall on the test split that any class may lose, 0..1
 * @param minimumClassImages classes with fewer test images are not judged one by one
 * @param maximumEce largest calibration error on the test split, 0..1
 * @param maximumEceGain largest increase of the calibration error over the champion's, 0..1
 * @param maximumSlowdown largest ratio of the time per image to the champion's, positive
 * @param maximumMillisecondsPerImage largest time per image; none if empty
 */
public record PromotionPolicy(
        double minimumTop1,
        double minimumGain,
        double minimumGainLow,
        double minimumFreshGainLow,
        double maximumClassLoss,
        long minimumClassImages,
        double maximumEce,
        double maximumEceGain,
        double maximumSlowdown,
        Optional<Double> maximumMillisecondsPerImage) {

    public PromotionPolicy {
        within("minimum-top1", minimumTop1, 0, 1);
        within("minimum-gain", minimumGain, -1, 1);
        within("minimum-gain-low", minimumGainLow, -1, 1);
        within("minimum-fresh-gain-low", minimumFreshGainLow, -1, 1);
        within("maximum-class-loss", maximumClassLoss, 0, 1);
        within("maximum-ece", maximumEce, 0, 1);
        within("maximum-ece-gain", maximumEceGain, 0, 1);
        if (!(maximumSlowdown > 0)) {
            throw new IllegalArgumentException("maximum-slowdown must be positive, not " + maximumSlowdown);
        }
    }

    private static void within(String key, double value, double low, double high) {
        if (!(value >= low && value <= high)) {
            throw new IllegalArgumentException("%s must be %.0f to %.0f, not %s".formatted(key, low, high, value));
        }
    }

    /** The decision; the same for the same evidence. */
    public PromotionDecision decide(PromotionEvidence evidence) {
        ModelScores challenger = evidence.test().challenger();
        Optional<Against> against = evidence.test().against();
        List<Finding> findings = new ArrayList<>();
        findings.add(rule(
                "minimum-top1",
                challenger.top1() >= minimumTop1,
                "at least " + percent(minimumTop1),
                "top-1 on the test split is " + percent(challenger.top1())));
        findings.add(against.map(this::gain).orElseGet(() -> noChampion("minimum-gain")));
        findings.add(against.map(champion -> gainLow("minimum-gain-low", champion, minimumGainLow, "the test split"))
                .orElseGet(() -> noChampion("minimum-gain-low")));
        findings.add(evidence.fresh()
                .flatMap(Trial::against)
                .map(champion -> gainLow("minimum-fresh-gain-low", champion, minimumFreshGainLow, "new images"))
                .orElseGet(() -> new Finding(
                        "minimum-fresh-gain-low",
                        Verdict.NOT_APPLICABLE,
                        "",
                        "there was no champion, or no new image was held out")));
        findings.add(against.map(champion -> classLoss(challenger, champion.champion()))
                .orElseGet(() -> noChampion("maximum-class-loss")));
        findings.add(rule(
                "maximum-ece",
                challenger.ece() <= maximumEce,
                "at most " + percent(maximumEce),
                "the calibration error is " + percent(challenger.ece())));
        findings.add(against.map(champion -> eceGain(challenger, champion.champion()))
                .orElseGet(() -> noChampion("maximum-ece-gain")));
        findings.add(evidence.speed()
                .championMillisecondsPerImage()
                .map(champion -> slowdown(evidence.speed(), champion))
                .orElseGet(() -> noChampion("maximum-slowdown")));
        maximumMillisecondsPerImage.ifPresent(limit -> findings.add(rule(
                "maximum-milliseconds-per-image",
                evidence.speed().challengerMillisecondsPerImage() <= limit,
                "at most %s ms".formatted(limit),
                words("an image takes %.3f ms", evidence.speed().challengerMillisecondsPerImage()))));
        boolean broken = findings.stream().anyMatch(finding -> finding.verdict() == Verdict.BROKEN);
        return broken ? new Keep(findings, harm(against)) : new Promote(findings);
    }

    private static Harm harm(Optional<Against> against) {
        return against.filter(champion -> champion.gainCi95().high() < 0).isPresent()
                ? Harm.WORSE_THAN_CHAMPION
                : Harm.NONE;
    }

    private Finding gain(Against against) {
        return rule(
                "minimum-gain",
                against.gain() >= minimumGain,
                "at least " + points(minimumGain),
                "top-1 on the test split changes by %s, from %s to %s"
                        .formatted(
                                points(against.gain()),
                                percent(against.champion().top1()),
                                percent(against.champion().top1() + against.gain())));
    }

    private static Finding gainLow(String rule, Against against, double limit, String images) {
        return rule(
                rule,
                against.gainCi95().low() >= limit,
                "at least " + points(limit),
                "on %s the 95 %% interval of the gain is %s to %s"
                        .formatted(
                                images,
                                points(against.gainCi95().low()),
                                points(against.gainCi95().high())));
    }

    private Finding classLoss(ModelScores challenger, ModelScores champion) {
        List<String> worse = new ArrayList<>();
        String worst = "";
        double largest = Double.NEGATIVE_INFINITY;
        for (int label = 0; label < champion.classes().size(); label++) {
            ClassScore before = champion.classes().get(label);
            double loss = before.recall() - challenger.classes().get(label).recall();
            if (before.images() >= Math.max(1, minimumClassImages)) {
                String change = "%s from %s to %s"
                        .formatted(
                                before.label(),
                                percent(before.recall()),
                                percent(challenger.classes().get(label).recall()));
                if (loss > maximumClassLoss) {
                    worse.add(change);
                }
                if (loss > largest) {
                    largest = loss;
                    worst = change;
                }
            }
        }
        String found = worst.isEmpty()
                ? "no class has %d test images".formatted(minimumClassImages)
                : worse.isEmpty()
                        ? "the largest change for the worse is " + worst
                        : "recall falls: " + String.join(", ", worse);
        return rule(
                "maximum-class-loss",
                worse.isEmpty(),
                "no class loses more than %.1f points of recall".formatted(100 * maximumClassLoss),
                found);
    }

    private Finding eceGain(ModelScores challenger, ModelScores champion) {
        return rule(
                "maximum-ece-gain",
                challenger.ece() - champion.ece() <= maximumEceGain,
                "at most " + points(maximumEceGain),
                "the calibration error changes from %s to %s"
                        .formatted(percent(champion.ece()), percent(challenger.ece())));
    }

    private Finding slowdown(Speed speed, double championMilliseconds) {
        double ratio = speed.challengerMillisecondsPerImage() / championMilliseconds;
        return rule(
                "maximum-slowdown",
                ratio <= maximumSlowdown,
                words("at most %.2f times the champion's time", maximumSlowdown),
                words(
                        "an image takes %.3f ms, the champion %.3f ms",
                        speed.challengerMillisecondsPerImage(), championMilliseconds));
    }

    private static Finding rule(String name, boolean held, String limit, String text) {
        return new Finding(name, held ? Verdict.HELD : Verdict.BROKEN, limit, text);
    }

    private static Finding noChampion(String name) {
        return new Finding(name, Verdict.NOT_APPLICABLE, "", "there was no champion");
    }

    private static String percent(double share) {
        return words("%.1f %%", 100 * share);
    }

    private static String points(double difference) {
        return words("%+.1f points", 100 * difference);
    }

    private static String words(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
