package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.ClassifierSource;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.metrics.TemperatureScaling;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Findings;
import io.resnetspark.pipeline.inference.NamedJobs;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Judges models on the cluster. Images are read, decoded and classified once, for all models together; what follows works
 * on the scores of that pass, which stay on the workers. Apart from times, the results do not depend on how the images
 * are partitioned, as long as the network's answer for an image does not depend on its batch.
 */
public final class ClusterEvaluation {

    /** Differing examples shown per comparison. */
    private static final int FLIPS = 48;

    /** Most logits collected to fit a temperature (32 MiB of floats). */
    private static final long TEMPERATURE_LOGITS = 8L << 20;

    private final SparkSession spark;
    private final NamedJobs jobs;
    private final EvaluateConfig config;

    public ClusterEvaluation(SparkSession spark, EvaluateConfig config) {
        this.spark = spark;
        this.jobs = new NamedJobs(JavaSparkContext.fromSparkContext(spark.sparkContext()));
        this.config = config;
    }

    /**
     * What came out.
     *
     * @param reports one per model, in their order, each with its comparisons against the others
     * @param thumbnails pictures of the images that any report shows
     */
    public record Outcome(List<EvaluationReport> reports, Thumbnails thumbnails) {

        /** The report of the first model. */
        public EvaluationReport report() {
            return reports.get(0);
        }

        /**
         * Writes the first model's report.
         *
         * @return the page
         */
        public String write(AtomicStore directory) {
            return ReportDirectory.write(directory, report(), thumbnails);
        }
    }

    /**
     * Evaluates models on the same images.
     *
     * @param models at least one
     * @param validation images on which temperatures are fitted; needed if the configuration asks for scaling
     * @throws BadDataException if any image of the split was not seen exactly once, or could not be read
     * @throws ConfigurationException if a model's classes are not the dataset's
     */
    public Outcome run(
            EvaluationData data,
            List<ModelUnderTest> models,
            Optional<EvaluationData> validation,
            Provenance.Stated stated) {
        long start = System.nanoTime();
        models.forEach(model -> checkClasses(model.source(), data));
        List<Double> temperatures = temperatures(data, models, validation);
        try (ClassifyPass.Scored scored = classify(data, models)) {
            SplitMetrics metrics = count(scored.images(), data, temperatures);
            ExampleSearch search = new ExampleSearch(scored.images(), data.labels(), temperatures);
            ReportFindings findings = new ReportFindings(search, data.labels(), metrics, config);
            List<Supplier<Findings>> shown = IntStream.range(0, models.size())
                    .mapToObj(model -> findings.of(model, models, FLIPS))
                    .toList();
            List<Findings> found = jobs.run("evaluate: find the examples to show", () -> {
                search.run();
                return shown.stream().map(Supplier::get).toList();
            });
            ThumbnailPass pictures =
                    new ThumbnailPass(imageIds(found), config.shown().thumbnailSizePixels());
            Thumbnails thumbnails = jobs.run("evaluate: fetch thumbnails", () -> pictures.fetch(scored.read()));
            ReportAssembly.Timing timing =
                    new ReportAssembly.Timing(scored.seconds(), secondsSince(start), scored.workers());
            Provenance provenance = Provenance.of(spark, stated, data.inputs());
            List<EvaluationReport> reports = new ArrayList<>();
            for (int m = 0; m < models.size(); m++) {
                reports.add(ReportAssembly.assemble(
                        new ReportAssembly.Subject(models.get(m).modelId(), data.id(), data.labels()),
                        metrics.model(m),
                        temperatures.get(m),
                        found.get(m),
                        timing,
                        models.get(m).run(),
                        provenance));
            }
            return new Outcome(List.copyOf(reports), thumbnails);
        }
    }

    private static void checkClasses(ClassifierSource model, EvaluationData data) {
        if (!model.labels().equals(data.labels())) {
            throw new ConfigurationException(
                    "%s knows the classes %s, the dataset %s has %s; evaluate on the classes the model was trained for"
                            .formatted(
                                    model.description(),
                                    some(model.labels()),
                                    data.id().name(),
                                    some(data.labels())));
        }
    }

    private static String some(List<String> labels) {
        return labels.size() <= 5
                ? labels.toString()
                : "%s and %d more".formatted(labels.subList(0, 5), labels.size() - 5);
    }

    private ClassifyPass.Scored classify(EvaluationData data, List<ModelUnderTest> models) {
        return new ClassifyPass(spark, jobs, config).run(data, models);
    }

    private SplitMetrics count(JavaRDD<ScoredImage> scored, EvaluationData data, List<Double> temperatures) {
        SplitMetrics.Plan plan = new SplitMetrics.Plan(
                data.labels().size(),
                data.expected(),
                config.analysis().calibrationBins(),
                new ArrayList<>(temperatures),
                new ArrayList<>(config.analysis().sliceBy()));
        SplitMetrics total = new SplitMetrics(plan);
        jobs.run("evaluate: count", () -> scored.mapPartitions(new SplitMetrics.Count(plan))
                        .collect())
                .forEach(part -> total.merge(SplitMetrics.fromBytes(part)));
        return total;
    }

    private List<Double> temperatures(
            EvaluationData data, List<ModelUnderTest> models, Optional<EvaluationData> validation) {
        if (!config.analysis().temperatureScaling()) {
            return models.stream().map(model -> 1.0).toList();
        }
        EvaluationData heldOut = validation.orElseThrow(
                () -> new ConfigurationException("temperature-scaling needs a validation split to fit on; %s has none"
                        .formatted(data.id().name())));
        try (ClassifyPass.Scored scored = classify(heldOut, models)) {
            long stride = 1 + heldOut.expected() * data.labels().size() / TEMPERATURE_LOGITS;
            List<ScoredImage> images = new ArrayList<>(jobs.run("evaluate: fit temperatures", () -> scored.images()
                    .filter(image -> Math.floorMod(image.imageId().hashCode(), stride) == 0)
                    .collect()));
            // The order of a sum decides about its last digits.
            images.sort(Comparator.comparing(ScoredImage::imageId));
            int[] labels = images.stream().mapToInt(ScoredImage::label).toArray();
            List<Double> temperatures = new ArrayList<>();
            for (int m = 0; m < models.size(); m++) {
                int model = m;
                temperatures.add(TemperatureScaling.fit(
                        images.stream().map(image -> image.logits()[model]).toList(), labels));
            }
            return temperatures;
        }
    }

    private static Set<String> imageIds(List<Findings> found) {
        Set<String> ids = new LinkedHashSet<>();
        for (Findings findings : found) {
            findings.mistakes().forEach(mistake -> ids.add(mistake.imageId()));
            findings.suspectLabels().forEach(suspect -> ids.add(suspect.imageId()));
            findings.comparisons().forEach(other -> other.flipped().forEach(flip -> ids.add(flip.imageId())));
        }
        return ids;
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
