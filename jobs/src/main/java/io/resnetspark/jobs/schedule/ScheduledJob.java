package io.resnetspark.jobs.schedule;

import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One job of a schedule.
 *
 * @param name small letters, digits and hyphens; names its folder in the history and its metrics
 * @param cron when it runs
 * @param timeZone whose clock {@code cron} means; the machine's if empty
 * @param misfire what becomes of missed times; {@link Misfire#RUN_ONCE} if empty
 * @param command a command of resnet-spark with its arguments
 * @param timeout longest a run may take; no limit if empty
 */
public record ScheduledJob(
        String name,
        CronText cron,
        Optional<ZoneId> timeZone,
        Optional<Misfire> misfire,
        List<String> command,
        Optional<Duration> timeout) {

    public ScheduledJob {
        List<String> problems = new ArrayList<>();
        if (!name.matches("[a-z0-9][a-z0-9-]{0,62}")) {
            problems.add("name is 1 to 63 small letters, digits and hyphens, not '%s'".formatted(name));
        }
        if (timeout.isPresent() && timeout.get().compareTo(Duration.ofSeconds(1)) < 0) {
            problems.add("timeout is at least 1 second");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        command = List.copyOf(command);
    }

    FireTimes fireTimes() {
        return new FireTimes(cron, timeZone.orElseGet(ZoneId::systemDefault));
    }

    Misfire misfirePolicy() {
        return misfire.orElse(Misfire.RUN_ONCE);
    }
}
