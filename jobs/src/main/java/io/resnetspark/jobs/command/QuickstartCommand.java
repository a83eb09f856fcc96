package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.outcome.ExitStatus;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code resnet quickstart}: the whole way on images it draws itself, by the commands a user would type. */
@Command(
        name = "quickstart",
        description =
                "Draws a small labelled image set, prepares it, trains on 2 workers, evaluates, and says where the "
                        + "report is; a few minutes on 2 cores.",
        footer = {"", "Example: resnet quickstart --output quickstart"})
final class QuickstartCommand extends JobCommand {

    private static final int IMAGES_PER_CLASS = 300;
    private static final int IMAGE_SIZE_PIXELS = 32;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "quickstart",
            description =
                    "Directory for everything it makes; new, or of a quickstart that did not get to its end. Default: "
                            + "${DEFAULT-VALUE}.")
    private Path output;

    @Override
    protected Optional<String> outputDirectory() {
        return Optional.of(output.toString());
    }

    @Override
    protected Conclusion run(Job job) throws Exception {
        job.checkLocalOutput(output.toString());
        Path images = output.resolve("images");
        SyntheticImages drawn = new SyntheticImages(IMAGES_PER_CLASS, IMAGE_SIZE_PIXELS, 1);
        job.step("draw", () -> {
            drawn.writeTo(images);
            return null;
        });
        job.print("Drew %d images of %s in %s"
                .formatted(drawn.labels().size() * IMAGES_PER_CLASS, String.join(", ", drawn.labels()), images));

        Path dataset = output.resolve("dataset");
        Path run = output.resolve("run");
        Path report = output.resolve("report");
        List<List<String>> steps = List.of(
                List.of("prepare", "--input=" + images, "--format=image-folder", "--output=" + dataset),
                List.of(
                        "train",
                        "--data=" + dataset,
                        "--arch=cifar-resnet20",
                        "--workers=2",
                        "--averaging-frequency=4",
                        "--batch-size=16",
                        "--learning-rate=0.05",
                        "--epochs=12",
                        "--resume", // what an earlier quickstart left is taken up
                        "--output=" + run),
                // A network that learned nothing reaches a sixth.
                List.of(
                        "evaluate",
                        "--data=" + dataset,
                        "--model=" + run,
                        "--fail-under=top1=0.75",
                        "--output=" + report));
        for (List<String> step : steps) {
            job.print("");
            job.print("resnet " + step.stream().map(QuickstartCommand::quoted).collect(Collectors.joining(" ")));
            int exitCode = job.step(step.get(0), () -> runCommand(step));
            if (exitCode != 0) {
                return new Conclusion(ExitStatus.ofCode(exitCode), "Stopped at %s".formatted(step.get(0)));
            }
        }
        job.output("report", report.resolve("index.html").toString());
        return Conclusion.done(
                "%nThe report is %s".formatted(report.resolve("index.html").toAbsolutePath()));
    }

    /** Runs another command in this process; its exit code. */
    private int runCommand(List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(commonArguments());
        return Commands.commandLine()
                .setOut(commandLine().getOut())
                .setErr(commandLine().getErr())
                .execute(all.toArray(String[]::new));
    }

    private static String quoted(String argument) {
        return argument.contains(" ") ? "'" + argument + "'" : argument;
    }
}
