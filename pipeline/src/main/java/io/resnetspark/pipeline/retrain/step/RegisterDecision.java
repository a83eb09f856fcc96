package io.resnetspark.pipeline.retrain.step;

import io.resnetspark.pipeline.registry.NewVersion;
import io.resnetspark.pipeline.registry.Promotion;
import io.resnetspark.pipeline.registry.RegisteredModel;
import io.resnetspark.pipeline.retrain.CyclePlan;
import io.resnetspark.pipeline.retrain.RetrainContext;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Promote;
import io.resnetspark.pipeline.retrain.step.JudgeModels.JudgeResult;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.Optional;

/** Puts a promoted challenger into the registry. Done again after a kill, it finds the version that is there already. */
public final class RegisterDecision {

    private final RetrainContext context;
    private final Runnable stillHolder;

    /** @param stillHolder throws if somebody else holds the lock by now */
    public RegisterDecision(RetrainContext context, Runnable stillHolder) {
        this.context = context;
        this.stillHolder = stillHolder;
    }

    public RegisterResult run(
            CyclePlan plan,
            AtomicStore cycle,
            Assessment assessment,
            TrainResult trained,
            JudgeResult judged,
            PromotionDecision decision) {
        if (!(decision instanceof Promote)) {
            return RegisterResult.NOTHING;
        }
        RegisteredModel model = context.model();
        NewVersion candidate = NewVersion.ofRun(RunDirectory.at(trained.run(), context.hadoop()))
                .withReport(AtomicStore.at(cycle.path(judged.testReport()).toString(), context.hadoop()))
                .withAttachment("retrain/decision.json", JsonDocument.bytes(new DecideResult(decision)));
        stillHolder.run();
        int version = model.add(candidate).version();
        stillHolder.run();
        Promotion promotion = model.promoteOver(
                assessment.championVersion(), version, "retrain cycle %d (%s)".formatted(plan.number(), plan.id()));
        if (promotion instanceof Promotion.ChampionChanged changed) {
            return new RegisterResult(
                    Optional.empty(),
                    Optional.of(
                            "the champion was changed while the challenger was judged: it is %s now, the challenger was compared with %s"
                                    .formatted(words(changed.champion()), words(assessment.championVersion()))));
        }
        return new RegisterResult(Optional.of(version), Optional.empty());
    }

    private static String words(Optional<Integer> version) {
        return version.map(number -> "version " + number).orElse("none");
    }
}
