package io.resnetspark.pipeline.retrain.cycle;

import io.resnetspark.pipeline.retrain.CyclePlan;
import io.resnetspark.pipeline.retrain.CycleSummary;
import io.resnetspark.pipeline.retrain.CycleSummary.BatchFate;
import io.resnetspark.pipeline.retrain.CycleSummary.Verdict;
import io.resnetspark.pipeline.retrain.CycleSummaryBuilder;
import io.resnetspark.pipeline.retrain.Ledger;
import io.resnetspark.pipeline.retrain.Portion;
import io.resnetspark.pipeline.retrain.Portion.Fate;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Harm;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Keep;
import io.resnetspark.pipeline.retrain.step.Assessment;
import io.resnetspark.pipeline.retrain.step.JudgeModels.JudgeResult;
import io.resnetspark.pipeline.retrain.step.PrepareResult;
import io.resnetspark.pipeline.retrain.step.PrepareResult.PreparedBatch;
import io.resnetspark.pipeline.retrain.step.RegisterResult;
import io.resnetspark.pipeline.retrain.step.TrainResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the steps of one cycle found, and what follows from it for the ledger.
 *
 * @param challenger training, trial and decision; empty where nothing was trained
 */
public record CycleResults(
        CyclePlan plan,
        PrepareResult prepared,
        Assessment assessment,
        Optional<Challenger> challenger,
        RegisterResult registered) {

    /**
     * @param judged empty where the training diverged
     */
    record Challenger(TrainResult trained, Optional<JudgeResult> judged, PromotionDecision decision) {}

    Verdict verdict() {
        if (registered.version().isPresent()) {
            return Verdict.PROMOTED;
        }
        if (challenger.isPresent()) {
            return Verdict.KEPT;
        }
        return assessment.verdict() == Assessment.Verdict.REFUSE ? Verdict.REFUSED : Verdict.WAITED;
    }

    /** Why it ended so, in words. */
    List<String> reasons() {
        if (registered.obstacle().isPresent()) {
            return List.of(registered.obstacle().get());
        }
        return challenger
                .map(Challenger::decision)
                .map(decision -> decision instanceof Keep keep
                        ? keep.reasons()
                        : List.of(decision.findings().stream()
                                .filter(finding -> finding.rule().equals("minimum-gain"))
                                .map(PromotionDecision.Finding::text)
                                .findFirst()
                                .orElse("every rule held")))
                .orElse(assessment.reasons());
    }

    /** The portions of this cycle with what the decision makes of them. */
    List<Portion> portions(Collection<String> released) {
        return assessment.portions().stream()
                .map(portion -> portion.fate() == Fate.PENDING ? judged(portion, released) : portion)
                .toList();
    }

    private Portion judged(Portion portion, Collection<String> released) {
        if (registered.version().isPresent()) {
            return portion.with(
                    Fate.ACCEPTED,
                    "version %d was trained with it"
                            .formatted(registered.version().get()),
                    plan.number());
        }
        boolean harmful = challenger.isPresent()
                && challenger.get().decision() instanceof Keep keep
                && keep.harm() == Harm.WORSE_THAN_CHAMPION
                && !released.contains(portion.batch());
        if (harmful) {
            return portion.with(
                    Fate.QUARANTINED,
                    "the challenger trained with it was worse than the champion by more than chance",
                    plan.number());
        }
        return portion.with(
                Fate.PENDING,
                challenger.isPresent() ? "its challenger was not promoted" : "waits for more images",
                plan.number());
    }

    Map<String, Ledger.Seen> seen() {
        Map<String, Ledger.Seen> seen = new TreeMap<>();
        for (PreparedBatch batch : prepared.batches()) {
            seen.put(batch.name(), new Ledger.Seen(batch.signature(), batch.refusal()));
        }
        return seen;
    }

    CycleSummary summary(String model, String finishedAt, List<Portion> portions, String report) {
        Optional<JudgeResult> judged = challenger.flatMap(Challenger::judged);
        CycleSummary.Contest contest = new CycleSummary.Contest(
                assessment.championVersion(),
                registered.version(),
                judged.flatMap(found -> found.evidence().test().against())
                        .map(against -> against.champion().top1())
                        .or(assessment::championTop1),
                judged.map(found -> found.evidence().test().challenger().top1()));
        return CycleSummaryBuilder.builder()
                .formatVersion(CycleSummary.FORMAT_VERSION)
                .id(plan.id())
                .number(plan.number())
                .model(model)
                .time(new CycleSummary.Time(plan.startedAt(), finishedAt))
                .outcome(new CycleSummary.Outcome(verdict(), reasons(), report))
                .data(new CycleSummary.Data(fates(portions), prepared.datasetVersion(), assessment.newImages()))
                .contest(contest)
                .build();
    }

    private List<BatchFate> fates(List<Portion> portions) {
        List<BatchFate> fates = new ArrayList<>();
        for (PreparedBatch batch : prepared.batches()) {
            long images = batch.counts().map(counts -> counts.added()).orElse(0L);
            if (batch.refusal().isPresent()) {
                fates.add(new BatchFate(
                        batch.name(), "refused", 0, batch.refusal().get()));
            } else if (batch.versions().isEmpty()) {
                fates.add(new BatchFate(batch.name(), "unchanged", 0, "every image in it was known"));
            } else {
                portions.stream()
                        .filter(portion -> batch.versions().contains(portion.version()))
                        .forEach(portion -> fates.add(fate(portion, images)));
            }
        }
        return fates;
    }

    private static BatchFate fate(Portion portion, long images) {
        return new BatchFate(portion.batch(), portion.fate().name().toLowerCase(Locale.ROOT), images, portion.reason());
    }
}
