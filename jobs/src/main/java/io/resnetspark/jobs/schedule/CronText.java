package io.resnetspark.jobs.schedule;

import java.text.ParseException;
import java.util.Date;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import org.quartz.CronExpression;

/**
 * A cron expression in Quartz's notation: seconds, minutes, hours, day of month, month, day of week and, if wanted, a
 * year. It speaks of wall-clock times; {@link FireTimes} puts them into a time zone.
 */
@SuppressWarnings("JavaUtilDate") // which Quartz takes
public final class CronText {

    private static final Set<String> EVERY_HOUR = Set.of("*", "?", "*/1", "0/1", "0-23");

    private final String text;
    /** In UTC, where every wall-clock time exists once. */
    private final CronExpression wallClock;

    private CronText(String text, CronExpression wallClock) {
        this.text = text;
        this.wallClock = wallClock;
    }

    /** @throws IllegalArgumentException if Quartz cannot read it or it never fires again */
    public static CronText parse(String text) {
        String normal = text.strip().replaceAll("\\s+", " ").toUpperCase(Locale.ROOT);
        int fields = normal.isEmpty() ? 0 : normal.split(" ").length;
        if (fields == 5) {
            throw new IllegalArgumentException(("'%s' has 5 fields; seconds come first here and one of the days is ?, "
                            + "for example 0 15 2 * * ? for every day at 02:15")
                    .formatted(text));
        }
        if (fields != 6 && fields != 7) {
            throw new IllegalArgumentException(
                    "'%s' has %d fields instead of 6 or 7: second minute hour day-of-month month day-of-week [year]"
                            .formatted(text, fields));
        }
        try {
            CronExpression expression = new CronExpression(normal);
            expression.setTimeZone(TimeZone.getTimeZone("UTC"));
            if (expression.getTimeAfter(new Date()) == null) {
                throw new IllegalArgumentException("'%s' never fires again".formatted(text));
            }
            return new CronText(normal, expression);
        } catch (ParseException e) {
            throw new IllegalArgumentException(
                    "'%s' is no cron expression: %s"
                            .formatted(text, e.getMessage().strip()),
                    e);
        }
    }

    /** The next matching wall-clock time after the given one, both as milliseconds since 1970-01-01T00:00. */
    synchronized Optional<Long> wallClockAfter(long milliseconds) {
        return Optional.ofNullable(wallClock.getTimeAfter(new Date(milliseconds)))
                .map(Date::getTime);
    }

    /** Whether it means "every so often" rather than times of the day. */
    boolean firesEveryHour() {
        return EVERY_HOUR.contains(text.split(" ")[2]);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CronText that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
