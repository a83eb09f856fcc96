package io.resnetspark.jobs.cli;

import io.resnetspark.pipeline.tensorboard.TrainingEvents;
import io.resnetspark.pipeline.training.TrainingListener;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** TensorBoard's folder, for commands that have something to show there. */
public final class TensorBoardOption {

    @Option(
            names = "--tensorboard",
            paramLabel = "DIR",
            order = 92,
            description = "Also write event files for tensorboard --logdir DIR, on a disk of this machine.")
    private Path folder;

    /** Where to write, if asked to. */
    public Optional<Path> folder() {
        return Optional.ofNullable(folder);
    }

    /**
     * Writes trainings, if asked to.
     *
     * @param names of the trainings' folders, by the directories of their runs
     * @throws io.resnetspark.model.error.ConfigurationException if nothing can be written there
     */
    public Optional<TrainingListener> trainings(Job job, Function<String, String> names) {
        return folder().map(path -> new TrainingEvents(path, job.hadoopConfiguration(), names));
    }
}
