package io.resnetspark.bench.report;

import io.resnetspark.pipeline.storage.JsonDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --json} of every benchmark. */
public final class JsonOption {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    private Path file;

    /** Refused before anything is measured for it. */
    @Option(names = "--json", paramLabel = "FILE", description = "Also write the results as JSON.")
    void accept(Path file) {
        if (!Files.isDirectory(file.toAbsolutePath().getParent())) {
            throw new ParameterException(
                    command.commandLine(), "There is no directory for %s; create it first".formatted(file));
        }
        this.file = file;
    }

    /** Writes the report if it is wanted: the components' names in snake case. */
    public void write(Record report) throws IOException {
        if (file != null) {
            Files.writeString(file, JsonDocument.text(report));
        }
    }
}
