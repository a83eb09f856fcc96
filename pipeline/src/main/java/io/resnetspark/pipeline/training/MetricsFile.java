package io.resnetspark.pipeline.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.model.checkpoint.FormerNames;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.run.ReturnToCheckpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run's {@code metrics.jsonl} says. Fields that the version which wrote it did not have are 0 or empty.
 */
public final class MetricsFile {

    /** The type of a line, its field {@code type}. */
    public enum LineType {
        ROUND("round"),
        EPOCH("epoch"),
        BATCH_NORM("batch-norm"),
        RETURN("return");

        private final String label;

        LineType(String label) {
            this.label = label;
        }

        /** The line of {@code metrics} in the file. */
        public String line(Object metrics) {
            ObjectNode line = JsonNodeFactory.instance.objectNode().put("type", label);
            return line.setAll((ObjectNode) JsonDocument.tree(metrics)).toString();
        }
    }

    private record Line(String text, JsonNode json) {

        private boolean is(LineType type) {
            return json.path("type").asText().equals(type.label);
        }

        private int round() {
            return json.path("round").asInt();
        }
    }

    private final String run;
    private final List<Line> lines;

    private MetricsFile(String run, List<Line> lines) {
        this.run = run;
        this.lines = lines;
    }

    /**
     * Reads a run's file, however far it is; empty before the first round.
     *
     * @throws BadDataException if it is damaged
     */
    public static MetricsFile read(RunDirectory run) {
        return of(run.metrics(), run.path());
    }

    /**
     * The same of lines that are not written yet.
     *
     * @param run directory of the run, for messages
     */
    public static MetricsFile of(List<String> lines, String run) {
        List<Line> parsed = new ArrayList<>();
        for (String text : lines) {
            try {
                parsed.add(new Line(text, FormerNames.snakeCase(JsonDocument.parse(text, run))));
            } catch (BadDataException e) {
                throw damaged(run, text, e);
            }
        }
        return new MetricsFile(run, parsed);
    }

    private static BadDataException damaged(String run, String text, BadDataException cause) {
        return new BadDataException("The metrics of %s are damaged at \"%s\"".formatted(run, text), cause);
    }

    /** Without what came after so many rounds, such as work that was lost and done again. */
    public MetricsFile upTo(int rounds) {
        return new MetricsFile(
                run, lines.stream().filter(line -> line.round() <= rounds).toList());
    }

    /** As they stand in the file. */
    public List<String> lines() {
        return lines.stream().map(Line::text).toList();
    }

    /** In the order in which they were done, as all others. */
    public List<RoundMetrics> rounds() {
        return all(LineType.ROUND, RoundMetrics.class);
    }

    public List<EpochMetrics> epochs() {
        return all(LineType.EPOCH, EpochMetrics.class);
    }

    public List<BatchNormMetrics> batchNorm() {
        return all(LineType.BATCH_NORM, BatchNormMetrics.class);
    }

    public List<ReturnToCheckpoint> returns() {
        return all(LineType.RETURN, ReturnToCheckpoint.class);
    }

    private <T> List<T> all(LineType type, Class<T> as) {
        List<T> found = new ArrayList<>();
        for (Line line : lines) {
            if (line.is(type)) {
                try {
                    found.add(JsonDocument.read(line.json(), as, run));
                } catch (BadDataException e) {
                    throw damaged(run, line.text(), e);
                }
            }
        }
        return found;
    }
}
