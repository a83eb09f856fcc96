package io.resnetspark.bench.accuracy;

import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.MetricsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** {@code resnet train} as users call it, in a process of its own. */
final class OwnTraining {

    private OwnTraining() {}

    /** Trains; the command's output goes to standard error. */
    static RunDirectory train(List<String> options, Path output) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(System.getenv("RESNET_LAUNCHER"), "train"));
        command.addAll(options);
        command.addAll(List.of("--output", output.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        // The benchmark's own standard output is its table.
        builder.redirectOutput(Path.of("/dev/stderr").toFile());
        int exit = builder.start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException("resnet train ended with exit code %d".formatted(exit));
        }
        return RunDirectory.at(output.toString(), new Configuration());
    }

    static Course course(RunDirectory run) {
        List<Course.Epoch> epochs = new ArrayList<>();
        double seconds = 0;
        for (EpochMetrics epoch : MetricsFile.read(run).epochs()) {
            seconds += epoch.seconds();
            EpochMetrics.Validation validation = epoch.validation()
                    .orElseThrow(() -> new IllegalStateException(
                            "%s has no validation split to say how good the training is".formatted(run.path())));
            epochs.add(new Course.Epoch(epoch.epoch(), seconds, validation.accuracy(), validation.loss()));
        }
        var manifest = run.manifest();
        String system = "ours, %s, %d x %d threads"
                .formatted(
                        manifest.environment().precision(),
                        manifest.config().path("workers").asInt(),
                        manifest.environment().threadsPerWorker());
        return new Course(system, manifest.images().trainExamples(), epochs);
    }
}
