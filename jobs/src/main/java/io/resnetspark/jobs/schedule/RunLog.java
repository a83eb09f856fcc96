package io.resnetspark.jobs.schedule;

import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.function.Consumer;

/** Tells of each run in a line when it starts and one when it ends. */
final class RunLog implements RunListener {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());

    private final Consumer<String> console;

    RunLog(Consumer<String> console) {
        this.console = console;
    }

    @Override
    public void started(Run run) {
        String makingUp = run.firing().missedFires() == 0
                ? ""
                : ", making up for %,d missed time%s"
                        .formatted(run.firing().missedFires(), run.firing().missedFires() == 1 ? "" : "s");
        console.accept("%s %s: started%s, log %s"
                .formatted(TIME.format(run.startedAt()), run.job(), makingUp, RunHistory.logOf(run)));
    }

    @Override
    public void ended(Run run) {
        String took = run.status() == RunStatus.MISSED
                ? ""
                : " after "
                        + Durations.inWords(
                                Duration.between(run.startedAt(), run.endedAt().orElseThrow()));
        console.accept("%s %s: %s%s: %s"
                .formatted(
                        TIME.format(run.endedAt().orElseThrow()),
                        run.job(),
                        run.status().label(),
                        took,
                        run.result().message().lines().findFirst().orElse("")));
    }
}
