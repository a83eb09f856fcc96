package io.resnetspark.pipeline.training.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ExampleSelection;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.device.DeviceRequest;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.RunManifest;
import io.resnetspark.pipeline.run.RunManifestBuilder;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.storage.JsonDocument;
import io.resnetspark.pipeline.training.AveragingConfig;
import io.resnetspark.pipeline.training.Precision;
import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.WorkerKernels;
import io.resnetspark.pipeline.training.worker.TrainingPlan;
import io.resnetspark.pipeline.training.worker.WorkerCompute;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run's manifest says of its training, and what of it a resumed training must keep.
 *
 * @param selection the images that take part; empty for all
 */
public record RunRecord(RunDirectory run, TrainConfig config, Optional<ExampleSelection> selection, Resume resume) {

    /** Where the manifest's configuration says which images were selected. */
    private static final String SELECTION = "selection";

    private static final Logger LOG = LoggerFactory.getLogger(RunRecord.class);

    /** @throws ConfigurationException if the output holds a run that this training may not add to */
    void checkOutput() {
        if (resume == Resume.NEW_RUN && run.exists() && !failedBeforeItsFirstCheckpoint()) {
            throw new ConfigurationException(
                    "%s already holds a run; continue it with --resume or choose another --output"
                            .formatted(run.path()));
        }
        if (goesOn()) {
            requireSame("arch", config.model().arch());
            requireSame("workers", config.averaging().workers());
            requireSame("batch_size", config.optimization().batchSize());
            requireSame("seed", config.seed());
            requireSame(
                    SELECTION,
                    selection.map(images -> JsonDocument.line(images)).orElse(""));
        }
    }

    /** Whether there is a checkpoint to go on from. */
    private boolean goesOn() {
        return resume == Resume.CONTINUE && run.exists() && !run.checkpoints().isEmpty();
    }

    /** Nothing is lost then by beginning anew; of a run that was killed, another process may still be at work. */
    private boolean failedBeforeItsFirstCheckpoint() {
        TrainingStatus status = run.manifest().progress().status();
        return run.checkpoints().isEmpty() && (status == TrainingStatus.FAILED || status == TrainingStatus.DIVERGED);
    }

    /**
     * The dataset to train on: of a resumed run the version that it began with, whatever was added since.
     *
     * @throws ConfigurationException if another dataset or version is asked for than the run began with
     */
    ImageDataset dataset(SparkSession spark) {
        if (!goesOn()) {
            return config.dataset()
                    .dataVersion()
                    .map(version -> ImageDataset.open(spark, config.dataset().data(), version))
                    .orElseGet(() -> ImageDataset.open(spark, config.dataset().data()));
        }
        RunManifest begun = run.manifest();
        ImageDataset newest = ImageDataset.open(spark, config.dataset().data());
        if (!newest.manifest().id().equals(begun.images().datasetId())) {
            throw new ConfigurationException(
                    "%s was begun on the dataset %s (id %s); %s is another one (id %s). Name that dataset, or another --output"
                            .formatted(
                                    run.path(),
                                    begun.images().dataset(),
                                    begun.images().datasetId(),
                                    config.dataset().data(),
                                    newest.manifest().id()));
        }
        int version = begun.images().datasetVersion();
        config.dataset().dataVersion().filter(wanted -> wanted != version).ifPresent(wanted -> {
            throw new ConfigurationException("%s was begun on version %d of %s; a resumed run must keep it, not use %d"
                    .formatted(run.path(), version, config.dataset().data(), wanted));
        });
        if (newest.version() > version) {
            LOG.warn(
                    "{} goes on with version {} of {}, which it began with; version {} is there now",
                    run.path(),
                    version,
                    config.dataset().data(),
                    newest.version());
        }
        return ImageDataset.open(spark, config.dataset().data(), version);
    }

    /** What decides who trains which image when must not change in the middle of a training. */
    private void requireSame(String key, Object now) {
        JsonNode recorded = run.manifest().config().path(key);
        String before = recorded.isObject() ? recorded.toString() : recorded.asText();
        if (!before.equals(now.toString())) {
            throw new ConfigurationException("%s was started with %s %s; a resumed run must keep it, not use %s"
                    .formatted(run.path(), key, before, now));
        }
    }

    /**
     * What workers compute with: of a resumed run, in the precision that it was begun in.
     *
     * @throws ConfigurationException if another precision is wanted than the run began with, or workers do not have it
     */
    WorkerKernels kernels(SparkSession spark) {
        Precision wanted = config.compute().precision();
        if (goesOn()) {
            TrainingPrecision begun = run.manifest().environment().trainingPrecision();
            wanted.wanted().filter(other -> other != begun).ifPresent(other -> {
                throw new ConfigurationException(
                        "%s was begun in %s; a resumed run must keep it, not use %s. Leave the precision to auto, or name another --output"
                                .formatted(run.path(), begun.label(), other.label()));
            });
            wanted = Precision.valueOf(begun.name());
        }
        if (config.averaging().averager() == AveragingConfig.Averager.STOCK) {
            wanted = Precision.FP32; // DL4J trains the graph by itself
        }
        return wanted.of(
                JavaSparkContext.fromSparkContext(spark.sparkContext()),
                config.averaging().workers());
    }

    /** The manifest to begin with: a resumed run keeps its name, its time and its returns. */
    RunManifest manifest(
            SparkSession spark, ImageDataset dataset, TrainingPlan plan, ParameterLayout layout, StartingPoint start) {
        Optional<RunManifest> before =
                resume == Resume.CONTINUE && run.exists() ? Optional.of(run.manifest()) : Optional.empty();
        long parameters = layout.segments().stream()
                .filter(segment -> segment.kind().trainable())
                .mapToLong(ParameterLayout.Segment::length)
                .sum();
        return RunManifestBuilder.builder()
                .formatVersion(RunManifest.FORMAT_VERSION)
                .id(before.map(RunManifest::id).orElse(plan.runId()))
                .createdAt(before.map(RunManifest::createdAt)
                        .orElseGet(() -> Instant.now().toString()))
                .progress(new RunManifest.Progress(
                        TrainingStatus.RUNNING,
                        before.map(begun -> begun.progress().seconds()).orElse(0.0),
                        before.map(begun -> begun.progress().returns()).orElse(List.of())))
                .config(resolved())
                .images(new RunManifest.Images(
                        dataset.path(),
                        dataset.manifest().id(),
                        dataset.version(),
                        plan.images().trainingIndex().size(),
                        plan.images().validationIndex().map(ExampleIndex::size).orElse(0)))
                .network(new RunManifest.Network(parameters, start.description()))
                .environment(environment(spark, plan.compute()))
                .build();
    }

    private static RunManifest.Environment environment(SparkSession spark, WorkerCompute compute) {
        return new RunManifest.Environment(
                compute.kernels(),
                compute.precision().label(),
                compute.threads(),
                Map.of(
                        "java", Runtime.version().toString(),
                        "spark", spark.version(),
                        "os", System.getProperty("os.name") + " " + System.getProperty("os.arch")),
                Map.of(
                        "master", spark.sparkContext().master(),
                        "device",
                                DeviceRequest.of(spark.sparkContext().getConf())
                                        .type()
                                        .label()));
    }

    /** The configuration as it is recorded, with the images that were selected. */
    private ObjectNode resolved() {
        ObjectNode tree = (ObjectNode) JsonDocument.tree(config);
        selection.ifPresent(images -> tree.set(SELECTION, JsonDocument.tree(images)));
        return tree;
    }
}
