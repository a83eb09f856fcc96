package io.resnetspark.jobs.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The next times of every job, and those around the next change of its clock, for people to check. */
public final class SchedulePreview {

    private static final int TIMES = 5;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("EEE uuuu-MM-dd HH:mm:ss z", Locale.ROOT);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm");

    private SchedulePreview() {}

    /** Lines to print, as of now. */
    public static List<String> of(ScheduleConfig config, Instant now) {
        List<String> lines = new ArrayList<>();
        config.jobs().forEach(job -> lines.addAll(of(job, now)));
        return lines;
    }

    private static List<String> of(ScheduledJob job, Instant now) {
        FireTimes times = job.fireTimes();
        List<String> lines = new ArrayList<>();
        lines.add("%s: resnet %s".formatted(job.name(), String.join(" ", job.command())));
        lines.add("  %s in %s".formatted(times.cron(), times.zone()));
        times.after(now, TIMES).forEach(fire -> lines.add("  " + line(fire)));
        ZoneOffsetTransition change = times.zone().getRules().nextTransition(now);
        if (change != null) {
            lines.add("  %s: the clock goes from %s to %s"
                    .formatted(
                            change.getDateTimeBefore().toLocalDate(),
                            CLOCK.format(change.getDateTimeBefore()),
                            CLOCK.format(change.getDateTimeAfter())));
            // From before the first time that the change can concern.
            Instant before =
                    change.getInstant().minus(change.getDuration().abs()).minusSeconds(1);
            times.after(before, 3).forEach(fire -> lines.add("    " + line(fire)));
        }
        return lines;
    }

    private static String line(ZonedDateTime fire) {
        return TIME.format(fire) + note(fire).map(note -> "  " + note).orElse("");
    }

    /** What is unusual about a time on the clock. */
    private static Optional<String> note(ZonedDateTime fire) {
        ZoneId zone = fire.getZone();
        ZoneOffsetTransition here =
                zone.getRules().previousTransition(fire.toInstant().plusNanos(1));
        if (here != null && here.isGap() && here.getInstant().equals(fire.toInstant())) {
            return Optional.of(
                    "(the clock has just jumped here from %s)".formatted(CLOCK.format(here.getDateTimeBefore())));
        }
        LocalDateTime wall = fire.toLocalDateTime();
        if (zone.getRules().getValidOffsets(wall).size() == 2) {
            boolean first = fire.equals(fire.withEarlierOffsetAtOverlap());
            return Optional.of("(the %s %s of two)".formatted(first ? "first" : "second", CLOCK.format(wall)));
        }
        return Optional.empty();
    }
}
