package io.resnetspark.pipeline.tracking;

import io.resnetspark.pipeline.retrain.CycleSummary;
import io.resnetspark.pipeline.retrain.CycleSummary.BatchFate;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work that consists of trainings, as runs that the trainings' runs are nested in: retrain cycles and experiments. */
public final class WorkflowTracking {

    private static final Logger LOG = LoggerFactory.getLogger(WorkflowTracking.class);

    private final MlflowServer server;
    private final Configuration hadoop;

    public WorkflowTracking(MlflowServer server, Configuration hadoop) {
        this.server = server;
        this.hadoop = hadoop;
    }

    /**
     * The cycle that a challenger's training belongs to.
     *
     * @param run directory of the training, in that of its cycle
     */
    public static ParentRun cycleOf(String run) {
        return cycle(new Path(run).getParent());
    }

    private static ParentRun cycle(Path directory) {
        return new ParentRun(
                "retrain " + directory, "retrain cycle %d".formatted(Integer.parseInt(directory.getName())));
    }

    /** Tells how a retrain cycle ended. A server that does not answer is warned of. */
    public void cycleEnded(CycleSummary summary) {
        Path page = new Path(summary.outcome().report());
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("cycle", Integer.toString(summary.number()));
        parameters.put("model", summary.model());
        parameters.put("dataset_version", Integer.toString(summary.data().datasetVersion()));
        parameters.put(
                "batches",
                summary.data().batches().stream().map(BatchFate::name).collect(Collectors.joining(" ")));
        summary.contest().championVersion().ifPresent(version -> parameters.put("champion", Integer.toString(version)));
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("new_images", (double) summary.data().newImages());
        summary.contest().challengerTop1().ifPresent(top1 -> metrics.put("challenger_test_top1", top1));
        summary.contest().championTop1().ifPresent(top1 -> metrics.put("champion_test_top1", top1));
        ended(
                cycle(page.getParent()),
                page,
                parameters,
                metrics,
                Map.of(
                        "resnet-spark.verdict",
                                summary.outcome().verdict().name().toLowerCase(Locale.ROOT),
                        "resnet-spark.reasons",
                                String.join("; ", summary.outcome().reasons())));
    }

    /**
     * Tells that all trainings of an experiment are done.
     *
     * @param experiment its run
     * @param page its page
     */
    public void experimentEnded(ParentRun experiment, String page) {
        ended(experiment, new Path(page), Map.of(), Map.of(), Map.of());
    }

    private void ended(
            ParentRun work,
            Path page,
            Map<String, String> parameters,
            Map<String, Double> metrics,
            Map<String, String> tags) {
        try {
            MlflowRun run = server.run(work);
            run.parameters(parameters);
            run.measurements(metrics);
            tags.forEach(run::tag);
            Optional<byte[]> content =
                    AtomicStore.at(page.getParent().toString(), hadoop).read(page.getName());
            content.ifPresent(bytes -> run.files(
                    Map.of("report/" + page.getName(), bytes), page.getParent().toString()));
            run.finish(MlflowRun.Status.FINISHED);
        } catch (MlflowException e) {
            LOG.warn("MLflow could not be told about {}: {}", page, e.getMessage());
        }
    }
}
