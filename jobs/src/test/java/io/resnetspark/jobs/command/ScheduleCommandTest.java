package io.resnetspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduleCommandTest {

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int check(String config, String... more) throws Exception {
        Path file = Files.writeString(folder.resolve("schedule.conf"), config);
        List<String> arguments = new ArrayList<>(List.of("schedule", "--config", file.toString()));
        arguments.addAll(List.of(more));
        return Commands.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }

    @Test
    void everyProblemIsSaidAtOnceWithItsKeyAndLine() throws Exception {
        Path noFolder = Files.createFile(folder.resolve("file"));
        int code = check("""
                schedule.jobs = [
                  { name = good, cron = "0 15 2 * * ?", command = [doctor] }
                  { name = Bad Name, cron = "0 15 2 * * ?", command = [doctor] }
                  {
                    name = worse
                    cron = "0 15 25 * * ?"
                    time-zone = Europe/Berlln
                    misfire = never
                    command = [inspekt, --arch, resnet18]
                  }
                  { name = option, cron = "0 15 2 * * ?", command = [inspect, --arc, resnet18] }
                  { name = loop, cron = "0 15 2 * * ?", command = [schedule] }
                ]
                schedule.history.path = "%s/history"
                """.formatted(noFolder), "--check");
        assertThat(code).isEqualTo(2);
        assertThat(err.toString())
                .contains("The configuration has 8 problems")
                .containsPattern("schedule.jobs\\[1].name: .*Bad Name.*schedule.conf:3")
                .containsPattern("schedule.jobs\\[2].cron: .*schedule.conf:6")
                .containsPattern("schedule.jobs\\[2].time-zone: .*did you mean Europe/Berlin.*schedule.conf:7")
                .containsPattern("schedule.jobs\\[2].misfire: .*run-once, skip.*schedule.conf:8")
                .containsPattern("schedule.jobs\\[2].command: .*inspekt.*schedule.conf:9")
                .containsPattern("schedule.jobs\\[3].command: .*--arc.*schedule.conf:11")
                .containsPattern("schedule.jobs\\[4].command: schedule does not run schedules.*schedule.conf:12")
                .containsPattern("schedule.history.path: .*is a file.*schedule.conf:14")
                .doesNotContain("\tat ");
    }

    @Test
    void checkShowsTheNextTimesAndThoseAtTheClockChange() throws Exception {
        int code = check("""
                schedule.jobs = [
                  { name = nightly, cron = "0 15 2 * * ?", time-zone = Europe/Berlin, command = [doctor] }
                ]
                schedule.history.path = "%s/history"
                """.formatted(folder), "--dry-run");
        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(out.toString().lines().filter(line -> line.matches("  \\w{3} \\d{4}-\\d\\d-\\d\\d .*")))
                .hasSize(5);
        assertThat(out.toString())
                .contains("nightly: resnet doctor", "0 15 2 * * ? in Europe/Berlin")
                .containsPattern("the clock goes from 0[23]:00 to 0[23]:00")
                .containsPattern("jumped here from 02:00|first 02:15 of two");
        // A check leaves nothing behind.
        assertThat(folder.resolve("history")).doesNotExist();
    }

    @Test
    void namesAreUniqueAndThereIsAJobToRun() throws Exception {
        assertThat(check("schedule.jobs = []", "--check")).isEqualTo(2);
        String twice = "{ name = a, cron = \"0 15 2 * * ?\", command = [doctor] }";
        assertThat(check("schedule.jobs = [%s, %s]".formatted(twice, twice), "--check"))
                .isEqualTo(2);
        assertThat(check(
                        "schedule.jobs = [%s], schedule.history.path = \"%s\"".formatted(twice, folder.resolve("h")),
                        "--once",
                        "b"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("schedule.jobs is empty", "two jobs named a", "No job is named b; there are: a");
    }
}
