package io.resnetspark.pipeline.retrain.step;

import io.resnetspark.model.ClassifierSource;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.evaluation.ClusterEvaluation;
import io.resnetspark.pipeline.evaluation.EvaluationData;
import io.resnetspark.pipeline.evaluation.EvaluationReport.DatasetId;
import io.resnetspark.pipeline.evaluation.ModelUnderTest;
import io.resnetspark.pipeline.evaluation.Provenance;
import io.resnetspark.pipeline.evaluation.RunCurves;
import io.resnetspark.pipeline.evaluation.RunHistory;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelClassifierSource;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.retrain.Portion;
import io.resnetspark.pipeline.retrain.RetrainContext;
import io.resnetspark.pipeline.retrain.promotion.PromotionEvidence;
import io.resnetspark.pipeline.retrain.promotion.Trial;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Judges challenger and champion on the same images: the frozen test split, and new images that nobody has seen. */
public final class JudgeModels {

    /** Directory of the challenger's report on the frozen test split, in that of its cycle. */
    public static final String TEST_REPORT = "report-test";

    private static final String FRESH_REPORT = "report-new";

    private final RetrainContext context;
    private final PrepareResult prepared;

    public JudgeModels(RetrainContext context, PrepareResult prepared) {
        this.context = context;
        this.prepared = prepared;
    }

    /**
     * What the trials found.
     *
     * @param evidence for the decision
     * @param testReport directory of the challenger's report on the test split, below the cycle's
     * @param freshReport the same on new images; empty where there are none
     */
    public record JudgeResult(PromotionEvidence evidence, String testReport, Optional<String> freshReport) {}

    /** @param cycle where the reports go */
    public JudgeResult run(AtomicStore cycle, Assessment assessment, TrainResult trained) {
        List<ModelUnderTest> models = new ArrayList<>();
        models.add(challenger(trained));
        assessment.championVersion().ifPresent(version -> models.add(champion(version)));
        Dataset<Row> testImages = new FrozenTestSet(context).rows(prepared.testSet());
        Trial test = trial(cycle, TEST_REPORT, testImages, prepared.testSet().images(), "test", models);

        Dataset<Row> unseen = new FrozenTestSet(context)
                .unseen(
                        prepared.datasetVersion(),
                        prepared.testSet(),
                        assessment.portions().stream()
                                .filter(portion -> portion.fate() == Portion.Fate.PENDING)
                                .map(Portion::version)
                                .toList());
        long unseenImages = unseen.count();
        Optional<Trial> fresh = unseenImages == 0
                ? Optional.empty()
                : Optional.of(trial(cycle, FRESH_REPORT, unseen, unseenImages, "new", models));
        List<ClassifierSource> sources =
                models.stream().map(ModelUnderTest::source).toList();
        return new JudgeResult(
                new PromotionEvidence(test, fresh, new InferenceTiming(testImages).measure(sources)),
                TEST_REPORT,
                fresh.map(trial -> FRESH_REPORT));
    }

    private Trial trial(
            AtomicStore cycle,
            String directory,
            Dataset<Row> images,
            long count,
            String split,
            List<ModelUnderTest> models) {
        ImageDataset dataset = context.dataset(prepared.datasetVersion());
        DatasetId id = EvaluationData.of(dataset, Split.TEST).id();
        int version = split.equals("test") ? prepared.testSet().version() : prepared.datasetVersion();
        EvaluationData data = new EvaluationData(
                images,
                new DatasetId(id.name(), id.id(), version, split),
                count,
                prepared.classes(),
                Map.of(
                        "dataset",
                        dataset.path(),
                        "dataset version",
                        Integer.toString(version),
                        "frozen test split",
                        prepared.testSet().fingerprint()));
        ClusterEvaluation.Outcome outcome = new ClusterEvaluation(
                        context.spark(), context.settings().evaluate())
                .run(data, models, Optional.empty(), new Provenance.Stated(context.software(), Map.of(), Map.of()));
        outcome.write(AtomicStore.at(cycle.path(directory).toString(), context.hadoop()));
        return Judging.trial(outcome.reports());
    }

    ModelUnderTest champion(int version) {
        String name = context.registered(version).reference().toString();
        return new ModelUnderTest(name, source(name), RunCurves.NONE);
    }

    private ModelUnderTest challenger(TrainResult trained) {
        RunDirectory run = RunDirectory.at(trained.run(), context.hadoop());
        return new ModelUnderTest(run.manifest().id(), source(trained.run()), RunHistory.of(run));
    }

    private ClassifierSource source(String name) {
        LoadedModel model = ModelSource.load(name, Optional.empty(), Optional.empty(), context.hadoop());
        ClassifierSource source = new ModelClassifierSource(
                model,
                context.settings().evaluate().inference().batchSize(),
                context.settings().evaluate().inference().precision());
        return source.labels().size() < prepared.classes().size()
                ? new PaddedClasses(source, prepared.classes())
                : source;
    }
}
