package io.resnetspark.jobs.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FireTimesTest {

    private static FireTimes times(String cron, String zone) {
        return new FireTimes(CronText.parse(cron), ZoneId.of(zone));
    }

    private static List<ZonedDateTime> between(FireTimes times, Instant from, Instant to) {
        List<ZonedDateTime> found = new ArrayList<>();
        var next = times.after(from);
        while (next.isPresent() && !next.get().toInstant().isAfter(to)) {
            found.add(next.get());
            next = times.after(next.get().toInstant());
        }
        return found;
    }

    /** Zones that jump by an hour, by half an hour, at midnight, on the other half of the year, and not at all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Europe/Berlin",
                "America/New_York",
                "Australia/Lord_Howe",
                "America/Havana",
                "Africa/Casablanca",
                "Asia/Kolkata",
                "UTC"
            })
    void everyDayHasItsRunAndOnlyOneWhateverTheTimeOfDay(String zone) {
        ZoneId id = ZoneId.of(zone);
        LocalDate first = LocalDate.of(2027, 1, 1);
        for (LocalTime time = LocalTime.of(0, 0); time.isBefore(LocalTime.of(4, 0)); time = time.plusMinutes(15)) {
            FireTimes times = times("0 %d %d * * ?".formatted(time.getMinute(), time.getHour()), zone);
            List<LocalDate> days = between(
                            times,
                            first.atStartOfDay(id).toInstant().minusMillis(1),
                            first.plusYears(1).atStartOfDay(id).toInstant().minusMillis(1))
                    .stream()
                    .map(ZonedDateTime::toLocalDate)
                    .toList();
            assertThat(days)
                    .as("%s in %s", time, zone)
                    .containsExactlyElementsOf(
                            first.datesUntil(first.plusYears(1)).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "UTC"})
    void everyHalfHourIsEveryHalfHourThatPasses(String zone) {
        Instant start = Instant.parse("2027-01-01T00:00:00Z").minusMillis(1);
        List<ZonedDateTime> fires =
                between(times("0 0/30 * * * ?", zone), start, Instant.parse("2027-12-31T23:59:59Z"));
        for (int i = 1; i < fires.size(); i++) {
            assertThat(Duration.between(fires.get(i - 1), fires.get(i)))
                    .as("before %s", fires.get(i))
                    .isEqualTo(Duration.ofMinutes(30));
        }
        assertThat(fires).hasSize(365 * 48);
    }

    @ParameterizedTest
    @CsvSource({
        // A time that does not exist fires as the clock jumps; one that comes twice fires the first time.
        "0 15 2 * * ?, Europe/Berlin,    2027-03-28T00:00+01:00, 2027-03-28T03:00+02:00",
        "0 15 2 * * ?, Europe/Berlin,    2027-10-31T00:00+02:00, 2027-10-31T02:15+02:00",
        "0 30 2 * * ?, America/New_York, 2027-03-14T00:00-05:00, 2027-03-14T03:00-04:00",
        "0 30 1 * * ?, America/New_York, 2027-11-07T00:00-04:00, 2027-11-07T01:30-04:00",
        // At midnight: the day begins at 01:00.
        "0 10 0 * * ?, America/Havana,   2027-03-13T12:00-05:00, 2027-03-14T01:00-04:00"
    })
    void timesAtAClockChangeAreThese(String cron, String zone, String after, String expected) {
        ZonedDateTime fire =
                times(cron, zone).after(ZonedDateTime.parse(after).toInstant()).orElseThrow();
        assertThat(fire.toInstant()).isEqualTo(ZonedDateTime.parse(expected).toInstant());
    }

    @Test
    void timesAreStrictlyAfterAndThereforeNeverRepeat() {
        FireTimes times = times("0 0/5 1-3 * * ?", "Europe/Berlin");
        List<ZonedDateTime> fires =
                between(times, Instant.parse("2027-01-01T00:00:00Z"), Instant.parse("2027-12-31T00:00:00Z"));
        for (int i = 1; i < fires.size(); i++) {
            assertThat(fires.get(i)).isAfter(fires.get(i - 1));
        }
    }

    @Test
    void withoutClockChangesTimesAreQuartzes() throws Exception {
        for (String cron : List.of("0 0 12 ? * MON-FRI", "0 0 0 L * ?", "0 15 10 ? * 6#3", "*/7 3-50/11 * * * ?")) {
            var quartz = new org.quartz.CronExpression(cron);
            quartz.setTimeZone(java.util.TimeZone.getTimeZone("UTC"));
            Instant at = Instant.parse("2027-02-01T10:11:12Z");
            for (ZonedDateTime fire : times(cron, "UTC").after(at, 50)) {
                at = quartz.getTimeAfter(java.util.Date.from(at)).toInstant();
                assertThat(fire.toInstant()).isEqualTo(at);
            }
        }
    }

    @Test
    void whatIsNoCronExpressionSaysWhatOneIs() {
        assertThatThrownBy(() -> CronText.parse("15 2 * * *")).hasMessageContaining("seconds come first");
        assertThatThrownBy(() -> CronText.parse("0 15 25 * * ?")).hasMessageContaining("no cron expression");
        assertThatThrownBy(() -> CronText.parse("0 15 2 * * ? 2001")).hasMessageContaining("never fires again");
        assertThatThrownBy(() -> CronText.parse("")).hasMessageContaining("0 fields");
    }
}
