package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.doctor.Diagnosis;
import io.resnetspark.jobs.doctor.Finding;
import io.resnetspark.jobs.doctor.Host;
import io.resnetspark.jobs.doctor.SparkCheck;
import io.resnetspark.jobs.outcome.ExitStatus;
import io.resnetspark.pipeline.device.DeviceRequest;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code resnet doctor}: can this machine, or this cluster, do the work, and what to change where it cannot. */
@Command(
        name = "doctor",
        description = "Checks Java, Spark, natives, memory, CPU threads, GPU and write access; says what to change.",
        footer = {"", "Example: resnet doctor --master spark://host:7077 --output /shared/runs"})
final class DoctorCommand extends JobCommand {

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Also check that results can be written into this directory.")
    private String output;

    @Override
    protected Optional<String> outputDirectory() {
        return Optional.ofNullable(output);
    }

    @Override
    protected Conclusion run(Job job) {
        List<Finding> all = new ArrayList<>();
        DeviceRequest driversDevice = job.driversDevice();
        Host driver = Host.ofDriver(driversDevice);
        show(job, "Driver on " + driver.name(), Diagnosis.of(driver, driversDevice.type()), all);

        List<Finding> around = new ArrayList<>();
        around.add(SparkCheck.session(job.spark()));
        around.add(SparkCheck.delta(job.spark()));
        if (output != null) {
            around.add(writeAccess(job));
        }
        show(job, "Spark", around, all);

        if (!job.spark().sparkContext().isLocal()) {
            for (Host host : SparkCheck.executors(job.spark())) {
                show(
                        job,
                        "Executor on " + host.name(),
                        Diagnosis.of(host, job.device().type()),
                        all);
            }
        }
        return conclusion(all);
    }

    private Finding writeAccess(Job job) {
        try {
            AtomicStore store = AtomicStore.at(output, job.hadoopConfiguration());
            store.replaceText("doctor.tmp", "written by resnet doctor");
            store.delete("doctor.tmp");
            return new Finding("Output", Finding.Verdict.OK, "%s can be written to".formatted(store.root()), "");
        } catch (RuntimeException e) {
            return new Finding(
                    "Output", Finding.Verdict.PROBLEM, e.getMessage(), "Choose a directory you may write to.");
        }
    }

    private static void show(Job job, String heading, List<Finding> findings, List<Finding> all) {
        job.print(heading);
        for (Finding finding : findings) {
            String verdict = finding.verdict().name().toLowerCase(Locale.ROOT);
            job.print("  %-8s %-16s %s".formatted(verdict, finding.subject(), finding.found()));
            if (!finding.advice().isEmpty()) {
                job.print("  %-8s %-16s -> %s".formatted("", "", finding.advice()));
            }
        }
        all.addAll(findings);
    }

    private static Conclusion conclusion(List<Finding> all) {
        long problems = all.stream()
                .filter(finding -> finding.verdict() == Finding.Verdict.PROBLEM)
                .count();
        long notes = all.stream()
                .filter(finding -> finding.verdict() == Finding.Verdict.NOTE)
                .count();
        return problems == 0
                ? Conclusion.done("Ready; notes above: %d.".formatted(notes))
                : new Conclusion(ExitStatus.FAILURE, "Not ready; problems above: %d.".formatted(problems));
    }
}
