package io.resnetspark.pipeline.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.RunManifest;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.TrainingSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a training to MLflow: the resolved configuration as parameters, rounds and epochs as metrics, the run's page as a
 * file. A training that is resumed continues its MLflow run. A server that stops answering is warned of and does not stop
 * the training; what could not be told is told later, if it answers again.
 */
public final class TrainingTracking implements TrainingListener {

    private static final Logger LOG = LoggerFactory.getLogger(TrainingTracking.class);
    private static final long TELL_EVERY_NANOS = 10_000_000_000L;
    private static final String PAGE = "index.html";

    private final MlflowServer server;
    private final RunDirectory directory;
    private final AtomicStore report;
    private final List<MlflowRun.Measurement> untold = new ArrayList<>();
    private MlflowRun run;
    private long told = System.nanoTime();

    /** @param directory of the training */
    public TrainingTracking(MlflowServer server, String directory, Configuration hadoop) {
        this.server = server;
        this.directory = RunDirectory.at(directory, hadoop);
        this.report = AtomicStore.at(directory + "/report", hadoop);
    }

    @Override
    public void started(TrainingSummary summary) {
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
                    Map.of("resnet-spark.run", path, "resnet-spark.id", manifest.id()));
            Map<String, String> parameters = new TreeMap<>();
            flatten("", manifest.config(), parameters);
            parameters.remove("output");
            parameters.put("datasetId", manifest.datasetId());
            parameters.put("datasetVersion", Integer.toString(manifest.datasetVersion()));
            parameters.put("trainExamples", Integer.toString(manifest.trainExamples()));
            parameters.put("parameters", Long.toString(manifest.parameters()));
            parameters.put("kernels", manifest.kernels());
            parameters.put("precision", manifest.trainingPrecision().label());
            run = opened;
            attempt(() -> opened.parameters(parameters)); // refused where a resumed training changes one
        }
        return run;
    }

    @Override
    public void roundDone(RoundMetrics metrics) {
        add("train_loss", metrics.loss(), metrics.round());
        add("train_top1", metrics.accuracy(), metrics.round());
        add("learning_rate", metrics.learningRate(), metrics.round());
        add("images_per_second", metrics.imagesPerSecond(), metrics.round());
        if (System.nanoTime() - told > TELL_EVERY_NANOS) {
            tell();
        }
    }

    @Override
    public void epochDone(EpochMetrics metrics) {
        add("epoch_train_loss", metrics.loss(), metrics.epoch());
        add("epoch_train_top1", metrics.accuracy(), metrics.epoch());
        metrics.validation().ifPresent(validation -> {
            add("val_loss", validation.loss(), metrics.epoch());
            add("val_top1", validation.accuracy(), metrics.epoch());
        });
        tell();
    }

    @Override
    public void ended(TrainingStatus status) {
        tell();
        attempt(() -> {
            report.read(PAGE).ifPresent(page -> open().files(Map.of("report/" + PAGE, page), directory.path()));
            open().finish(status == TrainingStatus.DONE ? MlflowRun.Status.FINISHED : MlflowRun.Status.FAILED);
        });
    }

    private void add(String key, double value, long step) {
        untold.add(new MlflowRun.Measurement(key, value, step, System.currentTimeMillis()));
    }

    private void tell() {
        told = System.nanoTime();
        attempt(() -> {
            open().measurements(untold);
            untold.clear();
        });
    }

    private void attempt(Runnable telling) {
        try {
            telling.run();
        } catch (MlflowException e) {
            LOG.warn("MLflow could not be told about {}: {}", directory.path(), e.getMessage());
        }
    }

    private static void flatten(String path, JsonNode node, Map<String, String> values) {
        if (node.isObject()) {
            node.fields()
                    .forEachRemaining(field -> flatten(
                            path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue(), values));
        } else if (!node.isNull()) {
            values.put(path, node.isTextual() ? node.asText() : node.toString());
        }
    }
}
