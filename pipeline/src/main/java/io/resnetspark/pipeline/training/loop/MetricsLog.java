package io.resnetspark.pipeline.training.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.pipeline.run.ReturnToCheckpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.training.BatchNormMetrics;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainingListener;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps {@code metrics.jsonl}: a line per round ({@code "type": "round"}), per epoch ({@code "type": "epoch"}), per return
 * to an earlier checkpoint ({@code "type": "return"}), and one for batch-norm statistics computed anew ({@code "type":
 * "batch-norm"}). Written every few seconds and whenever a checkpoint needs it, always whole, so that it also works where
 * files cannot be appended.
 */
public final class MetricsLog implements TrainingListener {

    static final String FILE = "metrics.jsonl";
    private static final long WRITE_EVERY_NANOS = 5_000_000_000L;

    private final RunDirectory run;
    private final List<String> lines;
    private long written = System.nanoTime();

    private MetricsLog(RunDirectory run, List<String> lines) {
        this.run = run;
        this.lines = new ArrayList<>(lines);
    }

    /** Continues the log of a run whose first {@code rounds} rounds are done; later lines belong to lost work. */
    static MetricsLog continuing(RunDirectory run, int rounds) {
        MetricsLog log = new MetricsLog(run, run.metrics());
        log.forgetAfter(rounds);
        return log;
    }

    private void forgetAfter(int rounds) {
        lines.removeIf(line -> roundOf(line) > rounds);
    }

    private int roundOf(String line) {
        try {
            return RunDirectory.JSON.readTree(line).path("round").asInt();
        } catch (JsonProcessingException e) {
            throw new io.resnetspark.model.error.BadDataException(
                    "%s/%s is damaged at \"%s\"".formatted(run.path(), FILE, line), e);
        }
    }

    @Override
    public void roundDone(RoundMetrics metrics) {
        add("round", metrics);
        if (System.nanoTime() - written > WRITE_EVERY_NANOS) {
            write();
        }
    }

    @Override
    public void epochDone(EpochMetrics metrics) {
        add("epoch", metrics);
        write();
    }

    @Override
    public void batchNormReestimated(BatchNormMetrics metrics) {
        add("batch-norm", metrics);
    }

    @Override
    public void returned(ReturnToCheckpoint made) {
        forgetAfter(made.round());
        add("return", made);
        write();
    }

    @Override
    public void ended(TrainingStatus status) {
        write();
    }

    private void add(String type, Object metrics) {
        ObjectNode line = RunDirectory.JSON.createObjectNode().put("type", type);
        line.setAll((ObjectNode) RunDirectory.JSON.valueToTree(metrics));
        lines.add(line.toString());
    }

    private void write() {
        run.writeMetrics(String.join("\n", lines) + (lines.isEmpty() ? "" : "\n"));
        written = System.nanoTime();
    }
}
