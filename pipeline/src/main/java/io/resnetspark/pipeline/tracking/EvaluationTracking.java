package io.resnetspark.pipeline.tracking;

import io.resnetspark.pipeline.evaluation.EvaluationReport;
import io.resnetspark.pipeline.evaluation.ReportDirectory;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells an evaluation to MLflow: its numbers as metrics, its report as files. */
public final class EvaluationTracking {

    private static final Logger LOG = LoggerFactory.getLogger(EvaluationTracking.class);

    private EvaluationTracking() {}

    /**
     * Tells about a report. The same model on the same dataset and split goes to the same MLflow run. A server that does
     * not answer is warned of.
     *
     * @param data what the model was judged on
     * @param directory the report was written to
     */
    public static void log(MlflowServer server, EvaluationReport report, DatasetInput data, AtomicStore directory) {
        try {
            String split = report.subject().dataset().split();
            MlflowRun run = server.run(
                    String.join(
                            " ",
                            "evaluate",
                            report.subject().model().id(),
                            report.subject().dataset().id(),
                            Long.toString(report.subject().dataset().version()),
                            split),
                    "evaluate " + report.subject().model().source(),
                    Map.of("resnet-spark.id", report.subject().model().id()),
                    Optional.empty());
            Map<String, String> parameters = new TreeMap<>(Map.of(
                    "arch", report.subject().model().arch(),
                    "model", report.subject().model().source(),
                    "dataset", report.subject().dataset().name(),
                    "dataset_id", report.subject().dataset().id(),
                    "dataset_version", Long.toString(report.subject().dataset().version()),
                    "split", split));
            run.parameters(parameters);
            run.inputs(List.of(data));
            Map<String, Double> metrics = new LinkedHashMap<>();
            metrics.put(split + "_top1", report.scores().top1());
            metrics.put(split + "_top5", report.scores().top5());
            metrics.put(split + "_loss", report.scores().loss());
            metrics.put(split + "_ece", report.scores().ece());
            metrics.put(split + "_macro_f1", report.classes().averages().macro().f1());
            metrics.put(split + "_examples", (double) report.subject().examples());
            metrics.put("throughput_images_per_second", report.effort().throughputImagesPerSecond());
            run.measurements(metrics);
            Map<String, byte[]> files = new LinkedHashMap<>();
            for (String name : List.of(ReportDirectory.PAGE, ReportDirectory.JSON, ReportDirectory.CSV)) {
                directory.read(name).ifPresent(content -> files.put("report/" + name, content));
            }
            run.files(files, directory.root().toString());
            run.finish(MlflowRun.Status.FINISHED);
        } catch (MlflowException e) {
            LOG.warn("MLflow could not be told about {}: {}", directory.root(), e.getMessage());
        }
    }
}
