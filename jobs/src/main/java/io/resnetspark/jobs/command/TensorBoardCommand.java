package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.evaluation.ReportDirectory;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.tensorboard.ReportEvents;
import io.resnetspark.pipeline.tensorboard.TrainingEvents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code resnet tensorboard}: finished or running work into event files. */
@Command(
        name = "tensorboard",
        description = "Writes runs and reports as TensorBoard's event files: scalars by round and epoch; curves and "
                + "pictures of mistakes of reports. Done again, it replaces them.",
        footer = {
            "",
            "Example: resnet tensorboard runs/cifar-1 reports/cifar-1 --output tensorboard",
            "then:    tensorboard --logdir tensorboard"
        })
final class TensorBoardCommand extends JobCommand {

    @Parameters(paramLabel = "DIR", arity = "1..*", description = "Runs, and reports that evaluate wrote.")
    private List<String> sources;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            required = true,
            description = "Folder for tensorboard --logdir, on a disk of this machine; each run has its own in it.")
    private Path output;

    @Override
    protected Conclusion run(Job job) throws IOException {
        job.checkLocalOutput(output.toString());
        for (String source : sources) {
            job.print(convert(source, job.hadoopConfiguration()));
        }
        return Conclusion.done("Look at them with tensorboard --logdir %s".formatted(output));
    }

    private String convert(String source, Configuration hadoop) throws IOException {
        AtomicStore directory = AtomicStore.at(source, hadoop);
        Path folder = output.resolve(directory.root().getName());
        RunDirectory run = RunDirectory.at(source, hadoop);
        if (run.exists()) {
            return "%s: %,d rounds and epochs".formatted(source, TrainingEvents.convert(run, folder));
        }
        if (directory.exists(ReportDirectory.JSON)) {
            new ReportEvents(ReportDirectory.read(directory), ReportDirectory.thumbnails(directory)).write(folder, 0);
            return "%s: a report".formatted(source);
        }
        throw new BadDataException("%s is neither a run nor a report".formatted(source));
    }
}
