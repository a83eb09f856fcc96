package io.resnetspark.jobs.schedule;

import java.text.ParseException;
import java.util.Date;
import java.util.Objects;
import java.util.TimeZone;
import org.quartz.CronExpression;
import org.quartz.impl.triggers.CronTriggerImpl;

/** Quartz's cron trigger, misfire instructions and all, that fires at {@link FireTimes}. */
final class FireTimesTrigger extends CronTriggerImpl {

    private static final long serialVersionUID = 1L;

    private final transient FireTimes times;

    FireTimesTrigger(FireTimes times) {
        this.times = Objects.requireNonNull(times);
        try {
            setCronExpression(new CronExpression(times.cron().toString()));
        } catch (ParseException e) {
            throw new IllegalArgumentException(e);
        }
        setTimeZone(TimeZone.getTimeZone(times.zone()));
    }

    FireTimes times() {
        return times;
    }

    @Override
    protected Date getTimeAfter(Date after) {
        return times.after(after.toInstant())
                .map(fire -> Date.from(fire.toInstant()))
                .orElse(null);
    }
}
