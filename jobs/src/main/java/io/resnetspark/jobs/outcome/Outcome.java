package io.resnetspark.jobs.outcome;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * The result of one command for machines to read, left as {@code outcome.json} in its output directory.
 *
 * @param command name of the command
 * @param arguments as given on the command line
 * @param status how it ended
 * @param message one or more lines for the user; for a failure, what to do about it
 * @param startedAt ISO-8601 instant
 * @param seconds wall-clock time of the whole command
 * @param stepSeconds wall-clock time of each step, in the order they ran
 * @param outputs what was made, path by name
 * @param version of resnet-spark
 */
@JsonPropertyOrder({"formatVersion", "command", "status", "exitCode"})
public record Outcome(
        String command,
        List<String> arguments,
        ExitStatus status,
        String message,
        String startedAt,
        double seconds,
        Map<String, Double> stepSeconds,
        Map<String, String> outputs,
        String version) {

    /** Name of the file. */
    public static final String FILE_NAME = "outcome.json";

    private static final int FORMAT_VERSION = 1;

    @JsonProperty
    public int formatVersion() {
        return FORMAT_VERSION;
    }

    @JsonProperty
    public int exitCode() {
        return status.code();
    }

    /** The outcome as indented JSON. */
    public String toJson() {
        return JsonDocument.text(this);
    }

    /**
     * Writes {@code outcome.json} in one step: readers see the previous outcome or this one.
     *
     * @param directory a path or URI that Hadoop understands
     */
    public void writeTo(String directory, Configuration hadoop) {
        AtomicStore.at(directory, hadoop).replaceText(FILE_NAME, toJson());
    }
}
