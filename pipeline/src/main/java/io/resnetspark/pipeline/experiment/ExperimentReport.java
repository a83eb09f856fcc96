package io.resnetspark.pipeline.experiment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.page.SelfContainedPage;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * What an experiment's directory shows: {@value #PAGE} for people, {@value #JSON} with the same numbers for programs, and
 * {@value ResultsTable#FILE} with every epoch.
 */
final class ExperimentReport {

    static final String PAGE = "index.html";
    static final String JSON = "experiment.json";

    private static final int FORMAT_VERSION = 1;
    private static final int REFRESH_SECONDS = 30;

    private final SparkSession spark;
    private final AtomicStore directory;
    private final Experiment experiment;
    private final ExperimentConfig config;
    private final ImageDataset dataset;
    private final int planned;

    /** @param planned trainings, each seed counted */
    ExperimentReport(
            SparkSession spark,
            AtomicStore directory,
            Experiment experiment,
            ExperimentConfig config,
            ImageDataset dataset,
            int planned) {
        this.spark = spark;
        this.directory = directory;
        this.experiment = experiment;
        this.config = config;
        this.dataset = dataset;
        this.planned = planned;
        refuseOtherExperiment();
    }

    private void refuseOtherExperiment() {
        directory.readText(JSON).ifPresent(text -> {
            String before = JsonDocument.parse(text, directory.path(JSON).toString())
                    .path("experiment")
                    .asText();
            if (!before.equals(experiment.name())) {
                throw new ConfigurationException(
                        "%s holds the experiment %s; choose another --output".formatted(directory.root(), before));
            }
        });
    }

    /** Writes everything anew from the trainings that are finished. */
    void write(List<TrainedSeed> trained) {
        ObjectNode data = data(trained);
        ResultsTable.write(spark, directory, experiment.name(), trained);
        directory.replaceText(JSON, JsonDocument.text(data));
        boolean finished = trained.size() == planned;
        String refresh = finished ? "" : SelfContainedPage.refreshing(REFRESH_SECONDS);
        List<SelfContainedPage.Script> scripts = Stream.concat(
                        SelfContainedPage.CHARTS.stream(),
                        Stream.of(new SelfContainedPage.Script(ExperimentReport.class, "experiment.js")))
                .toList();
        String title = experiment.story().title();
        directory.replaceText(
                PAGE,
                new SelfContainedPage(title, refresh, scripts, data, "%s and %s".formatted(JSON, ResultsTable.FILE))
                        .html());
    }

    private ObjectNode data(List<TrainedSeed> trained) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("format_version", FORMAT_VERSION);
        data.put("experiment", experiment.name());
        data.put("created_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        data.put("story", experiment.story());
        data.put("judged", config.scale().judgedOn() == Split.TEST ? "Test" : "Validation");
        data.put("done", trained.size());
        data.put("planned", planned);
        data.put("seeds", config.scale().seeds());
        data.put("plots", experiment.plots());
        experiment.reference().ifPresent(table -> data.put("reference", table));
        data.put(
                "trainings",
                experiment.trainings().stream()
                        .map(training -> SeedSummary.of(training, trained))
                        .toList());
        data.put("facts", facts());
        data.put("settings", settings());
        return (ObjectNode) JsonDocument.tree(data);
    }

    private Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("dataset", dataset.path());
        facts.put(
                "version",
                "%d of %s".formatted(dataset.version(), dataset.manifest().id()));
        facts.put(
                "training images",
                "%,d".formatted(config.scale().images().map(Integer::longValue).orElse(dataset.images(Split.TRAIN))));
        facts.put(
                "judged on",
                "%,d images, split %s"
                        .formatted(
                                dataset.images(config.scale().judgedOn()),
                                config.scale().judgedOn().label()));
        facts.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        facts.put("java", System.getProperty("java.version"));
        facts.put(
                "spark",
                "%s on %s".formatted(spark.version(), spark.sparkContext().master()));
        return facts;
    }

    /** The first training's: what is varied stands in the table. */
    private Map<String, String> settings() {
        ObjectNode train =
                (ObjectNode) JsonDocument.tree(experiment.trainings().get(0).config());
        train.remove(List.of("data", "output", "arch", "seed"));
        return JsonDocument.values(train);
    }
}
