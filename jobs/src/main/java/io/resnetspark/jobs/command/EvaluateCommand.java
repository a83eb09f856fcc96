package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.ArchitectureOption;
import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.MlflowOption;
import io.resnetspark.jobs.cli.Overrides;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.jobs.cli.TensorBoardOption;
import io.resnetspark.jobs.cli.Version;
import io.resnetspark.jobs.outcome.ExitStatus;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.pipeline.dataset.DatasetFiles;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.evaluation.ClusterEvaluation;
import io.resnetspark.pipeline.evaluation.EvaluateConfig;
import io.resnetspark.pipeline.evaluation.EvaluationData;
import io.resnetspark.pipeline.evaluation.EvaluationReport;
import io.resnetspark.pipeline.evaluation.ModelUnderTest;
import io.resnetspark.pipeline.evaluation.Provenance;
import io.resnetspark.pipeline.evaluation.Requirement;
import io.resnetspark.pipeline.evaluation.RunCurves;
import io.resnetspark.pipeline.evaluation.RunHistory;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelClassifierSource;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.model.Precision;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.tensorboard.ReportEvents;
import io.resnetspark.pipeline.tracking.DatasetInput;
import io.resnetspark.pipeline.tracking.EvaluationTracking;
import io.resnetspark.pipeline.tracking.MlflowServer;
import io.resnetspark.pipeline.training.worker.BatchNormReestimation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code resnet evaluate}: models and a split into a report. */
@Command(
        name = "evaluate",
        description = "Judges models on a split of a dataset and writes report.json, per_class.csv and index.html.",
        footer = {
            "",
            "Example: resnet evaluate --data data/cifar10 --split test --model runs/cifar-1 --output reports/cifar-1"
        })
final class EvaluateCommand extends JobCommand {

    @Option(names = "--data", paramLabel = "DATASET", required = true, description = "The prepared dataset.")
    private String data;

    @Option(names = "--data-version", paramLabel = "N", description = "Its version; the current one by default.")
    private Integer dataVersion;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "test",
            description = "train, val or test (default).")
    private String split;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            required = true,
            description =
                    "A run, a file or folder of weights by path or URI, torchvision:NAME, registry:NAME@champion. "
                            + "Repeated: the first is compared with the others.")
    private List<String> models;

    @Mixin
    private ArchitectureOption architecture;

    @Option(names = "--output", paramLabel = "DIR", required = true, description = "Directory of the report.")
    private String output;

    @Option(
            names = "--fail-under",
            paramLabel = "METRIC=SHARE",
            split = ",",
            description = "Exit with code 1 unless reached, for example top1=0.9.")
    @Overrides("evaluate.fail-under")
    private List<String> failUnder;

    @Option(
            names = "--reestimate-batch-norm",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Judge the first model with batch-norm statistics of N training images of the dataset, and compare "
                            + "it with itself as it was.")
    private int reestimateBatchNorm;

    @Option(
            names = "--test-time-augmentation",
            paramLabel = "VIEWS",
            description = "none (default), flip, five-crop or ten-crop.")
    @Overrides("evaluate.test-time-augmentation")
    private String testTimeAugmentation;

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            description =
                    "What the models classify in: model (default: int8 if quantised, else fp32), auto (bf16 where the "
                            + "processor has it), fp32, bf16 or int8. Below fp32, the first model is also compared with itself in fp32.")
    @Overrides("evaluate.precision")
    private String precision;

    @Mixin
    private RegistryOption registry;

    @Mixin
    private MlflowOption mlflow;

    @Mixin
    private TensorBoardOption tensorBoard;

    @Override
    protected Optional<String> outputDirectory() {
        return Optional.ofNullable(output);
    }

    @Override
    protected Conclusion run(Job job) throws Exception {
        EvaluateConfig config = job.config().bind("evaluate", EvaluateConfig.class);
        job.checkStorage(data);
        job.checkStorage(output);
        ImageDataset dataset = dataVersion == null
                ? ImageDataset.open(job.spark(), data)
                : ImageDataset.open(job.spark(), data, dataVersion);
        Split judged = Split.parse(split);
        if (dataset.images(judged) == 0) {
            throw new BadDataException("%s has no images in its %s split".formatted(data, judged.label()));
        }
        Optional<MlflowServer> server = MlflowOption.connect(job);
        List<ModelUnderTest> tested = new ArrayList<>();
        for (String name : models) {
            job.fetch(name);
            LoadedModel model = load(name, dataset, job.hadoopConfiguration());
            boolean first = tested.isEmpty();
            if (first && reestimateBatchNorm > 0) {
                LoadedModel reestimated = job.step(
                        "re-estimate batch norm",
                        () -> BatchNormReestimation.of(
                                job.spark(),
                                dataset,
                                model,
                                reestimateBatchNorm,
                                config.inference().batchSize()));
                tested.add(underTest(name, reestimated, config, job.hadoopConfiguration()));
            }
            tested.add(underTest(name, model, config, job.hadoopConfiguration()));
            if (first && reestimateBatchNorm == 0 && tested.get(0).source().precision() != InferencePrecision.FP32) {
                ModelClassifierSource exact =
                        new ModelClassifierSource(model, config.inference().batchSize(), Precision.FP32);
                tested.add(new ModelUnderTest(tested.get(0).id(), exact, RunCurves.NONE));
            }
        }
        Optional<EvaluationData> validation =
                dataset.images(Split.VAL) > 0 ? Optional.of(EvaluationData.of(dataset, Split.VAL)) : Optional.empty();
        Provenance.Stated stated = new Provenance.Stated(
                Map.of("resnet-spark", Version.current().toString()), Map.of(), Map.of("split", judged.label()));
        ClusterEvaluation.Outcome outcome = job.step("evaluate", () -> new ClusterEvaluation(job.spark(), config)
                .run(EvaluationData.of(dataset, judged), tested, validation, stated));
        AtomicStore directory = AtomicStore.at(output, job.hadoopConfiguration());
        String page = outcome.write(directory);
        DatasetInput input = DatasetInput.of(
                new DatasetFiles(data, job.hadoopConfiguration()), dataset.manifest(), judged, "evaluation");
        server.ifPresent(mlflow -> EvaluationTracking.log(mlflow, outcome.report(), input, directory));
        if (tensorBoard.folder().isPresent()) {
            Path folder = tensorBoard.folder().get().resolve(directory.root().getName());
            new ReportEvents(outcome.report(), outcome.thumbnails()).write(folder, 0);
        }
        job.output("report", page);
        return conclude(config, outcome.report(), page);
    }

    private LoadedModel load(String name, ImageDataset dataset, Configuration hadoop) {
        return ModelSource.load(
                name, architecture.name(), Optional.of(dataset.classes().names()), hadoop);
    }

    private static ModelUnderTest underTest(
            String name, LoadedModel model, EvaluateConfig config, Configuration hadoop) {
        Optional<RunDirectory> run = ModelSource.run(name, hadoop);
        RunCurves curves = run.map(RunHistory::of).orElse(RunCurves.NONE);
        String id = run.map(known -> known.manifest().id()).orElse(model.description());
        return new ModelUnderTest(
                id,
                new ModelClassifierSource(
                        model,
                        config.inference().batchSize(),
                        config.inference().precision()),
                curves);
    }

    private Conclusion conclude(EvaluateConfig config, EvaluationReport report, String page) {
        String numbers = String.format(
                Locale.ROOT,
                "%,d images: top-1 %.2f %% (95 %% interval %.2f to %.2f), top-5 %.2f %%, loss %.4f, ECE %.4f; %.0f"
                        + " images/s%n%sReport: %s",
                report.subject().examples(),
                100 * report.scores().top1(),
                100 * report.top1Ci95().low(),
                100 * report.top1Ci95().high(),
                100 * report.scores().top5(),
                report.scores().loss(),
                report.scores().ece(),
                report.effort().throughputImagesPerSecond(),
                beforeChange(report),
                page);
        List<String> missed = config.failUnder().stream()
                .flatMap(text -> Requirement.parse(text).shortfall(report).stream())
                .toList();
        return missed.isEmpty()
                ? Conclusion.done(numbers)
                : new Conclusion(
                        ExitStatus.FAILURE,
                        numbers + System.lineSeparator() + String.join(System.lineSeparator(), missed));
    }

    private String beforeChange(EvaluationReport report) {
        if (reestimateBatchNorm > 0) {
            return withRunningStatistics(report);
        }
        return report.subject().model().precision().equals(InferencePrecision.FP32.label())
                ? ""
                : inSinglePrecision(report);
    }

    /** The first comparison is with the same model in single precision. */
    private static String inSinglePrecision(EvaluationReport report) {
        EvaluationReport.Comparison exact = report.findings().comparisons().get(0);
        return String.format(
                Locale.ROOT,
                "%s loses %.2f points of top-1 (95 %% interval %.2f to %.2f) against fp32: top-1 %.2f %%, loss %.4f%n",
                report.subject().model().precision(),
                100 * exact.paired().difference(),
                100 * exact.paired().differenceCi95().low(),
                100 * exact.paired().differenceCi95().high(),
                100 * exact.scores().top1(),
                exact.scores().loss());
    }

    /** The first comparison is with the same model before its batch norms were re-estimated. */
    private static String withRunningStatistics(EvaluationReport report) {
        EvaluationReport.Comparison before = report.findings().comparisons().get(0);
        return String.format(
                Locale.ROOT,
                "Before its batch norms were re-estimated: top-1 %.2f %%, top-5 %.2f %%, loss %.4f%n",
                100 * before.scores().top1(),
                100 * before.scores().top5(),
                before.scores().loss());
    }
}
