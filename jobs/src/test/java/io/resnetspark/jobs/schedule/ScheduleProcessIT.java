package io.resnetspark.jobs.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.jobs.ResNetCli;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code resnet schedule} as a process of its own, running real commands. */
@Timeout(240)
class ScheduleProcessIT {

    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endAll() {
        started.forEach(process -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        });
    }

    private Process schedule(String jobs, String... more) throws Exception {
        Path config =
                Files.writeString(folder.resolve("schedule.conf"), """
                schedule {
                  jobs = [%s]
                  misfire-after = 1 second
                  grace = 20 seconds
                  http.port = 0
                  history.path = "%s"
                }
                """.formatted(jobs, folder.resolve("history")));
        List<String> arguments =
                new ArrayList<>(List.of("schedule", "--config", config.toString(), "--outcome", folder.toString()));
        arguments.addAll(Arrays.asList(more));
        Process process = Launcher.ofThisProcess(ResNetCli.class.getName(), Map.of(), System.getProperties())
                .command(arguments)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        started.add(process);
        return process;
    }

    private String output() throws Exception {
        return Files.readString(folder.resolve("output"));
    }

    private Matcher awaitOutput(String pattern) throws Exception {
        while (true) {
            Matcher matcher = Pattern.compile(pattern).matcher(output());
            if (matcher.find()) {
                return matcher;
            }
            assertThat(started.get(started.size() - 1).isAlive()).as(output()).isTrue();
            Thread.sleep(100);
        }
    }

    private JsonNode history(String url) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + "history.json")).build();
        return JsonDocument.parse(
                HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofString())
                        .body(),
                "history.json");
    }

    private List<Run> runs(String job) {
        return new RunHistory(folder.resolve("history"), 100).runs(job);
    }

    @Test
    void realCommandsRunAndSigtermEndsThemCleanly() throws Exception {
        Process scheduler = schedule("""
                { name = look, cron = "0/5 * * * * ?", command = [inspect, --arch, cifar-resnet20] }
                { name = wrong, cron = "0/5 * * * * ?", command = [inspect, --arch, resnet18, --weights, nothing.pth] }
                { name = long, cron = "0/5 * * * * ?", command = [quickstart, --output, "%s"] }
                """.formatted(folder.resolve("quickstart")), "--set", "schedule.parallel=3");
        String url = awaitOutput("page at (\\S+)").group(1);
        awaitOutput("look: done");
        awaitOutput("wrong: (configuration|bad-data|failed)");
        awaitOutput("long: started");
        assertThat(history(url).at("/jobs")).hasSize(3);
        Run finished = runs("look").stream()
                .filter(run -> run.status() == RunStatus.DONE)
                .findFirst()
                .orElseThrow();
        assertThat(finished.result().message()).contains("269,722 parameters");
        assertThat(folder.resolve("history/runs/look").resolve(finished.id()).resolve("output.log"))
                .content()
                .contains("layer1.0.conv1");
        while (runs("long").isEmpty() || runs("long").get(0).process().pid().isEmpty()) {
            Thread.sleep(50);
        }
        long child = runs("long").get(0).process().pid().getAsLong();

        scheduler.destroy(); // SIGTERM
        assertThat(scheduler.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(scheduler.exitValue()).as(output()).isZero();
        assertThat(ProcessHandle.of(child).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(runs("long").get(0).status()).isEqualTo(RunStatus.STOPPED);
        for (String job : List.of("look", "wrong", "long")) {
            assertThat(runs(job)).allMatch(run -> run.status().ended());
        }
        assertThat(folder.resolve("outcome.json")).content().contains("\"status\" : \"done\"");
    }

    @Test
    void onceRunsOneJobAndExitsAsItDid() throws Exception {
        String jobs = """
                { name = good, cron = "0 0 0 1 1 ?", command = [inspect, --arch, cifar-resnet20] }
                { name = bad, cron = "0 0 0 1 1 ?", command = [inspect, --arch, resnet19] }
                """;
        assertThat(schedule(jobs, "--once", "good").waitFor()).as(output()).isZero();
        assertThat(schedule(jobs, "--once", "bad").waitFor()).as(output()).isEqualTo(2);
        assertThat(runs("bad").get(0).result().message()).contains("resnet19");
        assertThat(runs("good").get(0).firing().cause()).isEqualTo(Firing.Cause.REQUEST);
    }
}
