package io.resnetspark.pipeline.tracking;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.dataset.DatasetFiles;
import io.resnetspark.pipeline.dataset.DatasetManifest;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.RunManifest;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.TrainingSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells trainings to MLflow, one after the other: the resolved configuration as parameters, the dataset as inputs, rounds
 * and epochs as metrics, the driver's machine as system metrics; in the end the run's page and its model. A training that
 * is resumed continues its MLflow run. A server that stops answering is warned of and does not stop the training; what
 * could not be told is told later, if it answers again.
 */
public final class TrainingTracking implements TrainingListener {

    /** Where in a run's artifacts its model is. */
    static final String MODEL = "model";

    private static final Logger LOG = LoggerFactory.getLogger(TrainingTracking.class);
    private static final long LOG_EVERY_NANOS = 10_000_000_000L;
    private static final String PAGE = "index.html";
    private static final String TRAIN_LOSS = "train_loss";
    private static final String EPOCH_TRAIN_LOSS = "epoch_train_loss";

    private final MlflowServer server;
    private final Configuration hadoop;
    private final Function<String, Optional<ParentRun>> parents;
    private final List<MlflowRun.Measurement> untold = new ArrayList<>();
    private RunDirectory directory;
    private MlflowRun run;
    private SystemMetrics system;
    private int roundsBefore;
    private long logged;

    /** Trainings by themselves. */
    public TrainingTracking(MlflowServer server, Configuration hadoop) {
        this(server, hadoop, directory -> Optional.empty());
    }

    /** @param parents what the training in a directory is part of */
    public TrainingTracking(MlflowServer server, Configuration hadoop, Function<String, Optional<ParentRun>> parents) {
        this.server = server;
        this.hadoop = hadoop;
        this.parents = parents;
    }

    @Override
    public void started(TrainingSummary summary) {
        directory = RunDirectory.at(summary.run(), hadoop);
        roundsBefore = summary.course().roundsDone();
        run = null;
        untold.clear();
        logged = System.nanoTime();
        system = new SystemMetrics();
        attempt(this::open);
    }

    /** The run on the server, begun as soon as the server answers. */
    private MlflowRun open() {
        if (run == null) {
            RunManifest manifest = directory.manifest();
            String path = directory.path();
            MlflowRun opened = server.run(
                    manifest.id(),
                    path.substring(path.lastIndexOf('/') + 1),
                    Map.of("resnet-spark.run", path, "resnet-spark.id", manifest.id()),
                    parents.apply(path).map(server::run));
            Map<String, String> parameters = new TreeMap<>(JsonDocument.values(manifest.config()));
            parameters.remove("output");
            parameters.put("dataset_id", manifest.images().datasetId());
            parameters.put("dataset_version", Integer.toString(manifest.images().datasetVersion()));
            parameters.put("train_examples", Integer.toString(manifest.images().trainExamples()));
            parameters.put("parameters", Long.toString(manifest.network().parameters()));
            parameters.put("kernels", manifest.environment().kernels());
            parameters.put(
                    "precision", manifest.environment().trainingPrecision().label());
            run = opened;
            attempt(() -> opened.parameters(parameters)); // refused where a resumed training changes one
            attempt(() -> opened.inputs(inputs(manifest)));
            addWhatIsMissing(opened);
        }
        return run;
    }

    /** A run that goes on may have done rounds that the server, out of reach then, has not heard of. */
    private void addWhatIsMissing(MlflowRun opened) {
        MetricsFile before = MetricsFile.read(directory).upTo(roundsBefore);
        before.rounds().stream()
                .filter(round -> round.round() > opened.lastStep(TRAIN_LOSS))
                .forEach(this::add);
        before.epochs().stream()
                .filter(epoch -> epoch.epoch() > opened.lastStep(EPOCH_TRAIN_LOSS))
                .forEach(this::add);
    }

    private List<DatasetInput> inputs(RunManifest manifest) {
        DatasetFiles files = new DatasetFiles(manifest.images().dataset(), hadoop);
        DatasetManifest dataset = files.version(manifest.images().datasetVersion());
        List<DatasetInput> inputs = new ArrayList<>();
        inputs.add(DatasetInput.of(files, dataset, Split.TRAIN, "training"));
        if (manifest.images().valExamples() > 0) {
            Split split = Split.parse(manifest.config().path("validate_on").asText(Split.VAL.label()));
            inputs.add(DatasetInput.of(files, dataset, split, "validation"));
        }
        return inputs;
    }

    @Override
    public void roundDone(RoundMetrics metrics) {
        add(metrics);
        if (System.nanoTime() - logged > LOG_EVERY_NANOS) {
            log();
        }
    }

    @Override
    public void epochDone(EpochMetrics metrics) {
        add(metrics);
        log();
    }

    @Override
    public void ended(TrainingStatus status) {
        system.close();
        log();
        attempt(() -> AtomicStore.at(directory.path() + "/report", hadoop)
                .read(PAGE)
                .ifPresent(page -> open().files(Map.of("report/" + PAGE, page), directory.path())));
        if (status == TrainingStatus.DONE) {
            attempt(() -> open().model(
                            ModelSource.load(directory.path(), Optional.empty(), Optional.empty(), hadoop), MODEL));
        }
        attempt(() ->
                open().finish(status == TrainingStatus.DONE ? MlflowRun.Status.FINISHED : MlflowRun.Status.FAILED));
    }

    private void add(RoundMetrics metrics) {
        add(TRAIN_LOSS, metrics.learning().loss(), metrics.round());
        add("train_top1", metrics.learning().accuracy(), metrics.round());
        add("learning_rate", metrics.learning().learningRate(), metrics.round());
        add("images_per_second", metrics.times().imagesPerSecond(), metrics.round());
    }

    private void add(EpochMetrics metrics) {
        add(EPOCH_TRAIN_LOSS, metrics.loss(), metrics.epoch());
        add("epoch_train_top1", metrics.accuracy(), metrics.epoch());
        metrics.validation().ifPresent(validation -> {
            add("val_loss", validation.loss(), metrics.epoch());
            add("val_top1", validation.accuracy(), metrics.epoch());
        });
    }

    private void add(String key, double value, long step) {
        untold.add(new MlflowRun.Measurement(key, value, step, System.currentTimeMillis()));
    }

    private void log() {
        logged = System.nanoTime();
        untold.addAll(system.take());
        attempt(() -> {
            open().measurements(untold);
            untold.clear();
        });
    }

    private void attempt(Runnable telling) {
        try {
            telling.run();
        } catch (MlflowException | BadDataException e) {
            LOG.warn("MLflow could not be told about {}: {}", directory.path(), e.getMessage());
        }
    }
}
