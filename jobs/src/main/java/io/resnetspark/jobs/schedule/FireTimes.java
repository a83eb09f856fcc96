package io.resnetspark.jobs.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When a cron expression fires in a time zone, also where clocks change. Quartz alone would drop a nightly run whose time
 * is skipped in spring, and an hour of half-hourly runs in autumn. Here, as with Debian's cron:
 *
 * <ul>
 *   <li>A time of the day that the clocks skip fires at the moment they jump; one that comes twice fires the first time.
 *       So every day has its run, and only one.
 *   <li>An expression for every hour follows the time that passes: it fires in both of two equal hours.
 * </ul>
 *
 * @param cron wall-clock times
 * @param zone whose clocks are meant
 */
record FireTimes(CronText cron, ZoneId zone) {

    /** The first time strictly after the given one; empty if there is none. */
    Optional<ZonedDateTime> after(Instant instant) {
        return cron.firesEveryHour() ? followingElapsedTime(instant) : followingTheClock(instant);
    }

    /** The next times after the given one, at most {@code count}. */
    List<ZonedDateTime> after(Instant instant, int count) {
        List<ZonedDateTime> times = new ArrayList<>();
        Optional<ZonedDateTime> next = after(instant);
        while (next.isPresent() && times.size() < count) {
            times.add(next.get());
            next = after(next.get().toInstant());
        }
        return times;
    }

    private Optional<ZonedDateTime> followingTheClock(Instant instant) {
        Optional<LocalDateTime> wall = wallAfter(LocalDateTime.ofInstant(instant, zone));
        while (wall.isPresent()) {
            ZonedDateTime fire = onTheClock(wall.get());
            // In the second of two equal hours the clock shows times that have fired already.
            if (fire.toInstant().isAfter(instant)) {
                return Optional.of(fire);
            }
            wall = wallAfter(wall.get());
        }
        return Optional.empty();
    }

    private ZonedDateTime onTheClock(LocalDateTime wall) {
        ZoneOffsetTransition transition = zone.getRules().getTransition(wall);
        return transition != null && transition.isGap()
                ? transition.getInstant().atZone(zone)
                : wall.atZone(zone); // the earlier of two
    }

    private Optional<ZonedDateTime> followingElapsedTime(Instant instant) {
        Instant from = instant;
        LocalDateTime wall = LocalDateTime.ofInstant(instant, zone);
        while (true) {
            ZoneOffset offset = zone.getRules().getOffset(from);
            Optional<Instant> fire = wallAfter(wall).map(next -> next.toInstant(offset));
            ZoneOffsetTransition transition = zone.getRules().nextTransition(from);
            if (fire.isEmpty() || transition == null || fire.get().isBefore(transition.getInstant())) {
                return fire.map(at -> at.atZone(zone));
            }
            from = transition.getInstant();
            wall = transition.getDateTimeAfter().minusNanos(1); // what the clock jumps to counts
        }
    }

    private Optional<LocalDateTime> wallAfter(LocalDateTime wall) {
        // Cron knows whole seconds; what is after a part of one is after the second.
        return cron.wallClockAfter(wall.toInstant(ZoneOffset.UTC).toEpochMilli())
                .map(milliseconds -> LocalDateTime.ofInstant(Instant.ofEpochMilli(milliseconds), ZoneOffset.UTC));
    }
}
