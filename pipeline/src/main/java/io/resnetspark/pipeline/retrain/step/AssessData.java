package io.resnetspark.pipeline.retrain.step;

import static org.apache.spark.sql.functions.col;

import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.retrain.CyclePlan;
import io.resnetspark.pipeline.retrain.Ledger;
import io.resnetspark.pipeline.retrain.Portion;
import io.resnetspark.pipeline.retrain.Portion.Fate;
import io.resnetspark.pipeline.retrain.RetrainContext;
import io.resnetspark.pipeline.retrain.drift.DataProfile;
import io.resnetspark.pipeline.retrain.drift.Drift;
import io.resnetspark.pipeline.retrain.step.Assessment.Agreement;
import io.resnetspark.pipeline.retrain.step.PrepareResult.PreparedBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The second step: which of the new images are let in, and whether they are enough to train a challenger. */
public final class AssessData {

    private static final Split[] TRAINED = {Split.TRAIN, Split.VAL};

    private final RetrainContext context;
    private final Ledger ledger;
    private final FrozenTestSet testSet;

    public AssessData(RetrainContext context, Ledger ledger) {
        this.context = context;
        this.ledger = ledger;
        this.testSet = new FrozenTestSet(context);
    }

    public Assessment run(CyclePlan plan, PrepareResult prepared) {
        Optional<Integer> champion = context.champion();
        List<Portion> portions = candidates(plan, prepared);
        List<Agreement> agreements = List.of();
        Optional<Double> championTop1 = Optional.empty();
        if (champion.isPresent()) {
            LabelAgreement agreement = LabelAgreement.measure(context, champion.get(), prepared, portions);
            championTop1 = Optional.of(agreement.championTop1());
            agreements = agreement.portions();
            portions = portions.stream()
                    .map(portion -> admit(portion, agreement, plan.number()))
                    .toList();
        }
        List<Integer> admitted = portions.stream()
                .filter(portion -> portion.fate() == Fate.PENDING)
                .map(Portion::version)
                .toList();
        List<String> leaked = testSet.leaks(prepared.datasetVersion(), admitted);
        portions = withLeaks(portions, leaked, prepared.datasetVersion());
        Optional<Drift> drift = drift(prepared, admitted);
        long newImages = count(prepared, admitted) - leaked.size();
        TrainingTrigger.Judgement judgement = new TrainingTrigger(
                        context.config().trigger())
                .decide(newImages, drift, champion, refused(prepared, portions));
        return new Assessment(
                champion,
                championTop1,
                portions,
                agreements,
                drift,
                newImages,
                judgement.verdict(),
                judgement.reasons());
    }

    /** New portions, those that earlier cycles left pending, and those released since. */
    private List<Portion> candidates(CyclePlan plan, PrepareResult prepared) {
        List<Portion> candidates = new ArrayList<>();
        for (Portion portion : ledger.portions()) {
            boolean quarantined = context.config().intake().quarantine().contains(portion.batch());
            if (portion.fate() == Fate.PENDING || plan.released().contains(portion.version())) {
                candidates.add(
                        quarantined
                                ? portion.with(Fate.QUARANTINED, "named in retrain.quarantine", plan.number())
                                : portion.with(Fate.PENDING, "", plan.number()));
            }
        }
        for (PreparedBatch batch : prepared.batches()) {
            boolean quarantined = context.config().intake().quarantine().contains(batch.name());
            for (int version : batch.versions()) {
                candidates.add(new Portion(
                        version,
                        batch.name(),
                        quarantined ? Fate.QUARANTINED : Fate.PENDING,
                        quarantined ? "named in retrain.quarantine" : "",
                        List.of(),
                        plan.number()));
            }
        }
        return candidates;
    }

    private Portion admit(Portion portion, LabelAgreement agreement, int cycle) {
        boolean released = context.config().intake().release().contains(portion.batch());
        if (portion.fate() != Fate.PENDING || released) {
            return portion;
        }
        return agreement
                .objection(portion, context.config().intake().admission().minimumAgreement())
                .map(reason -> portion.with(Fate.QUARANTINED, reason, cycle))
                .orElse(portion);
    }

    private List<Portion> withLeaks(List<Portion> portions, List<String> leaked, int datasetVersion) {
        if (leaked.isEmpty()) {
            return portions;
        }
        List<Portion> marked = new ArrayList<>();
        for (Portion portion : portions) {
            List<String> own = trained(datasetVersion, List.of(portion.version()))
                    .where(col("image_id").isin(leaked.toArray()))
                    .select("image_id")
                    .collectAsList()
                    .stream()
                    .map(row -> row.getString(0))
                    .sorted()
                    .toList();
            marked.add(portion.withLeaked(own));
        }
        return marked;
    }

    private Optional<Drift> drift(PrepareResult prepared, List<Integer> admitted) {
        List<Integer> accepted =
                ledger.with(Fate.ACCEPTED).stream().map(Portion::version).toList();
        if (admitted.isEmpty() || accepted.isEmpty()) {
            return Optional.empty();
        }
        int classes = prepared.classes().size();
        int channels = context.dataset(prepared.datasetVersion()).channels();
        return Optional.of(Drift.between(
                DataProfile.of(trained(prepared.datasetVersion(), accepted), classes, channels),
                DataProfile.of(trained(prepared.datasetVersion(), admitted), classes, channels)));
    }

    private long count(PrepareResult prepared, List<Integer> versions) {
        return versions.isEmpty()
                ? 0
                : trained(prepared.datasetVersion(), versions).count();
    }

    private Dataset<Row> trained(int datasetVersion, List<Integer> versions) {
        ImageDataset dataset = context.dataset(datasetVersion);
        Dataset<Row> rows = dataset.rows(TRAINED[0]).unionByName(dataset.rows(TRAINED[1]));
        return rows.where(col("version").isin(versions.toArray()));
    }

    /** Why new images were not let in, in words. */
    private static List<String> refused(PrepareResult prepared, List<Portion> portions) {
        List<String> refused = new ArrayList<>();
        for (PreparedBatch batch : prepared.batches()) {
            batch.refusal().ifPresent(reason -> refused.add("%s was refused: %s".formatted(batch.name(), reason)));
        }
        portions.stream()
                .filter(portion -> portion.fate() == Fate.QUARANTINED)
                .forEach(portion -> refused.add("%s is quarantined: %s".formatted(portion.batch(), portion.reason())));
        return refused;
    }
}
