package io.resnetspark.pipeline.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.pipeline.run.RunDirectory;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps {@code metrics.jsonl}: a line per round ({@code "type": "round"}) and per epoch ({@code "type": "epoch"}), and one for
 * batch-norm statistics computed anew ({@code "type": "batch-norm"}). Written every few seconds and whenever a checkpoint needs it, always whole, so that it also works where files cannot be appended.
 */
final class MetricsLog implements TrainingListener {

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
        List<String> kept = new ArrayList<>();
        for (String line : run.metrics()) {
            try {
                JsonNode metrics = RunDirectory.JSON.readTree(line);
                if (metrics.path("round").asInt() <= rounds) {
                    kept.add(line);
                }
            } catch (JsonProcessingException e) {
                throw new io.resnetspark.model.error.BadDataException(
                        "%s/%s is damaged at \"%s\"".formatted(run.path(), FILE, line), e);
            }
        }
        return new MetricsLog(run, kept);
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
    public void ended() {
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
