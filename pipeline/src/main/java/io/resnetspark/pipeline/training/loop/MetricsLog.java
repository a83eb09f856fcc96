package io.resnetspark.pipeline.training.loop;

import io.resnetspark.pipeline.run.ReturnToCheckpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.training.BatchNormMetrics;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.MetricsFile.LineType;
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
        return new MetricsLog(run, MetricsFile.read(run).upTo(rounds).lines());
    }

    @Override
    public void roundDone(RoundMetrics metrics) {
        add(LineType.ROUND, metrics);
        if (System.nanoTime() - written > WRITE_EVERY_NANOS) {
            write();
        }
    }

    @Override
    public void epochDone(EpochMetrics metrics) {
        add(LineType.EPOCH, metrics);
        write();
    }

    @Override
    public void batchNormReestimated(BatchNormMetrics metrics) {
        add(LineType.BATCH_NORM, metrics);
    }

    @Override
    public void returned(ReturnToCheckpoint made) {
        List<String> kept = MetricsFile.of(lines, run.path()).upTo(made.round()).lines();
        lines.clear();
        lines.addAll(kept);
        add(LineType.RETURN, made);
        write();
    }

    @Override
    public void ended(TrainingStatus status) {
        write();
    }

    private void add(LineType type, Object metrics) {
        lines.add(type.line(metrics));
    }

    private void write() {
        run.writeMetrics(String.join("\n", lines) + (lines.isEmpty() ? "" : "\n"));
        written = System.nanoTime();
    }
}
