package io.resnetspark.pipeline.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.error.DivergedException;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.evaluation.LiveRunPage;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.loop.TrainingLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * Trains an experiment: every training with every seed, one after the other, each in a run of its own below {@code runs/}.
 * Trainings that are finished stay, one that was interrupted goes on from its newest checkpoint; so an experiment that was
 * killed continues with the same call, and seeds or networks can be added later. After every training the results and the
 * page are renewed.
 */
public final class ExperimentRunner {

    private static final String RUNS = "runs";

    /** What may differ between attempts without changing what is trained. */
    private static final List<String> HARMLESS =
            List.of("output", "checkpoint_every_epochs", "keep_checkpoints", "data_version");

    private final SparkSession spark;
    private final Configuration hadoop;
    private final Experiment experiment;
    private final ExperimentConfig config;
    private final AtomicStore output;

    private ExperimentRunner(SparkSession spark, Experiment experiment, ExperimentConfig config) {
        this.spark = spark;
        this.hadoop = spark.sessionState().newHadoopConf();
        this.experiment = experiment;
        this.config = config;
        this.output = AtomicStore.at(config.output(), hadoop);
    }

    /**
     * Trains what is not trained yet.
     *
     * @param say told in a line what is trained next
     * @param listeners hear of every training's progress on the driver
     * @return path of the page
     * @throws ConfigurationException if the output holds trainings of the same names with other settings
     */
    public static String run(
            SparkSession spark,
            ExperimentConfig config,
            ExperimentConfig.Name name,
            Consumer<String> say,
            List<TrainingListener> listeners) {
        return new ExperimentRunner(spark, config.experiment(name), config).run(say, listeners);
    }

    /** A training with one of its seeds. */
    private record Task(Training training, long seed, TrainConfig config) {}

    private String run(Consumer<String> say, List<TrainingListener> listeners) {
        List<Task> tasks = tasks();
        tasks.forEach(this::refuseOtherSettings);
        ImageDataset dataset = dataset(tasks, say);
        ExperimentReport report = new ExperimentReport(spark, output, experiment, config, dataset, tasks.size());
        report.write(trained(tasks));
        for (int i = 0; i < tasks.size(); i++) {
            Task task = tasks.get(i);
            String title = "training %d of %d: %s, seed %d"
                    .formatted(i + 1, tasks.size(), task.training().name(), task.seed());
            if (isFinished(task)) {
                say.accept(title + ": kept");
                continue;
            }
            say.accept(title);
            train(task, dataset.version(), say, listeners);
            report.write(trained(tasks));
        }
        return output.path(ExperimentReport.PAGE).toString();
    }

    /** All trainings are of one version of the dataset, that of the first, whatever was added since. */
    private ImageDataset dataset(List<Task> tasks, Consumer<String> say) {
        ImageDataset newest = ImageDataset.open(spark, config.data());
        int version = tasks.stream()
                .map(this::runOf)
                .filter(RunDirectory::exists)
                .findFirst()
                .map(run -> run.manifest().images().datasetVersion())
                .orElse(newest.version());
        if (version == newest.version()) {
            return newest;
        }
        say.accept("goes on with version %d of %s; version %d is there now"
                .formatted(version, config.data(), newest.version()));
        return ImageDataset.open(spark, config.data(), version);
    }

    /** Seed by seed, so that there is a whole picture early. */
    private List<Task> tasks() {
        List<Training> trainings = experiment.trainings();
        List<Task> tasks = new ArrayList<>();
        for (long seed : config.scale().seeds()) {
            for (Training training : trainings) {
                String path = "%s/%s/%s".formatted(config.output(), RUNS, training.directory(seed));
                tasks.add(new Task(
                        training,
                        seed,
                        training.config()
                                .withSeed(seed)
                                .withRun(training.config().run().withOutput(path))));
            }
        }
        return tasks;
    }

    private RunDirectory runOf(Task task) {
        return RunDirectory.at(task.config().run().output(), hadoop);
    }

    private boolean isFinished(Task task) {
        RunDirectory run = runOf(task);
        return run.exists()
                && TrainedSeed.read(task.training(), task.seed(), run).isFinished();
    }

    private void train(Task task, int dataVersion, Consumer<String> say, List<TrainingListener> listeners) {
        List<TrainingListener> all = new ArrayList<>(listeners);
        all.add(new LiveRunPage(task.config().run().output(), hadoop));
        try {
            TrainConfig pinned =
                    task.config().withDataset(task.config().dataset().withDataVersion(Optional.of(dataVersion)));
            TrainingLoop.run(spark, pinned, Resume.CONTINUE, all);
        } catch (DivergedException diverged) {
            say.accept("diverged, which is a result: " + diverged.getMessage());
        }
    }

    private List<TrainedSeed> trained(List<Task> tasks) {
        return tasks.stream()
                .filter(task -> runOf(task).exists())
                .map(task -> TrainedSeed.read(task.training(), task.seed(), runOf(task)))
                .filter(TrainedSeed::isFinished)
                .toList();
    }

    private void refuseOtherSettings(Task task) {
        RunDirectory run = runOf(task);
        if (run.exists()
                && !settings(run.manifest().config())
                        .equals(settingsKnownTo(run.manifest().config(), task))) {
            throw new ConfigurationException(
                    "%s was trained with other settings; choose another --output, or repeat them"
                            .formatted(run.path()));
        }
    }

    private static JsonNode settings(JsonNode training) {
        return ((ObjectNode) training.deepCopy()).remove(HARMLESS);
    }

    /** As they read back from a run's manifest; a setting that its version did not have had the value it has by default. */
    private static JsonNode settingsKnownTo(JsonNode recorded, Task task) {
        ObjectNode now = (ObjectNode) JsonDocument.parse(JsonDocument.line(task.config()), "the settings");
        List<String> unknown = new ArrayList<>();
        now.fieldNames().forEachRemaining(name -> {
            if (!recorded.has(name)) {
                unknown.add(name);
            }
        });
        return settings(now.remove(unknown));
    }
}
