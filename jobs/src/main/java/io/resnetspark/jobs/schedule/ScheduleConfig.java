package io.resnetspark.jobs.schedule;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Section {@code schedule} of the configuration.
 *
 * @param jobs with names of their own
 * @param parallel runs at the same time, over all jobs; a job never overlaps itself
 * @param misfireAfter how late a start still counts as in time, at least 1 second
 * @param grace what a run gets between SIGTERM and SIGKILL
 */
public record ScheduleConfig(
        List<ScheduledJob> jobs, int parallel, Duration misfireAfter, Duration grace, Http http, History history) {

    public ScheduleConfig {
        List<String> problems = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ScheduledJob job : jobs) {
            if (!names.add(job.name())) {
                problems.add("jobs has two jobs named %s".formatted(job.name()));
            }
        }
        if (parallel < 1 || parallel > 64) {
            problems.add("parallel is 1 to 64, not %d".formatted(parallel));
        }
        if (misfireAfter.compareTo(Duration.ofSeconds(1)) < 0) {
            problems.add("misfire-after is at least 1 second");
        }
        if (grace.isNegative()) {
            problems.add("grace is not negative");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        jobs = List.copyOf(jobs);
    }

    /**
     * @param host address to listen on; anything but loopback is open to the network
     * @param port 0 for any free one; empty for no HTTP at all
     */
    public record Http(String host, OptionalInt port) {

        public Http {
            if (port.isPresent() && (port.getAsInt() < 0 || port.getAsInt() > 65535)) {
                throw new IllegalArgumentException("port is 0 to 65535, not %d".formatted(port.getAsInt()));
            }
        }
    }

    /**
     * @param path folder on a local disk
     * @param keep runs kept of each job, at least 1
     */
    public record History(Path path, int keep) {

        public History {
            if (keep < 1) {
                throw new IllegalArgumentException("keep is at least 1, not %d".formatted(keep));
            }
        }
    }
}
