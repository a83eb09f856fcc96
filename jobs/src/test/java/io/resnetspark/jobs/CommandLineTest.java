package io.resnetspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return ResNetCli.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void usageErrorsExitWithTwoAndAHintInsteadOfTheWholeHelp() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("docter")).isEqualTo(2);
        assertThat(run("doctor", "--nonsense")).isEqualTo(2);
        assertThat(err.toString())
                .contains("Name a command")
                .contains("Did you mean: resnet doctor")
                .contains("See resnet doctor --help")
                .doesNotContain("Usage:");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void everyCommandHasHelpWithAnExample() {
        List<CommandLine> commands = new ArrayList<>();
        collect(ResNetCli.commandLine(), commands);
        assertThat(commands).isNotEmpty();
        for (CommandLine command : commands) {
            String name = command.getCommandSpec().qualifiedName();
            List<String> arguments = new ArrayList<>(List.of(name.split(" ")).subList(1, name.split(" ").length));
            arguments.add("--help");
            out.getBuffer().setLength(0);
            assertThat(run(arguments.toArray(String[]::new))).isZero();
            assertThat(out.toString()).contains("Example: " + name);
            if (command.getSubcommands().isEmpty()) {
                assertThat(out.toString()).contains("--config", "--set", "--master");
            }
        }
    }

    private static void collect(CommandLine parent, List<CommandLine> commands) {
        for (CommandLine command : Set.copyOf(parent.getSubcommands().values())) {
            commands.add(command);
            collect(command, commands);
        }
    }

    @Test
    void wrongConfigurationExitsWithTwoBeforeAnythingRuns(@TempDir Path directory) {
        assertThat(run("doctor", "--set", "spark.ui=maybe", "--set", "sparc.ui=true"))
                .isEqualTo(2);
        assertThat(run("doctor", "--config", directory.resolve("none.conf").toString()))
                .isEqualTo(2);
        assertThat(run("doctor", "--log-level", "loud")).isEqualTo(2);
        assertThat(err.toString())
                .contains("did you mean spark?", "none.conf", "not loud")
                .doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void inspectPrintsTheLecturesNetwork() {
        assertThat(run("inspect", "--arch", "myresnet")).isZero();
        assertThat(out.toString())
                .containsPattern("maxpool .*\\[56, 56, 64]")
                .containsPattern("avgpool .*\\[128]")
                .contains("myresnet, 2 classes, 224 x 224 x 3: 314,178 parameters");
    }

    @Test
    void inspectRefusesWhatIsNoNetworkOrDoesNotFitOne(@TempDir Path directory) throws Exception {
        assertThat(run("inspect", "--arch", "resnet19")).isEqualTo(2);
        assertThat(run("inspect", "--arch", "resnet18", "--classes", "1")).isEqualTo(2);
        Path noWeights = Files.writeString(directory.resolve("weights.pth"), "no weights");
        assertThat(run("inspect", "--arch", "myresnet", "--weights", noWeights.toString()))
                .isEqualTo(3);
        assertThat(err.toString())
                .contains("resnet19", "at least 2 classes", "weights.pth")
                .doesNotContain("\tat ");
    }

    @Test
    void aMasterThatIsNotThereIsSaidAtOnce() {
        assertThat(run("doctor", "--master", "spark://127.0.0.1:1")).isEqualTo(2);
        assertThat(run("doctor", "--master", "spark://127.0.0.1")).isEqualTo(2);
        assertThat(err.toString()).contains("No Spark master answers at spark://127.0.0.1:1", "spark://host:port");
    }

    @Test
    void aBuildForTheProcessorRefusesGpusBeforeSparkOpens() {
        assertThat(run("doctor", "--device", "cuda")).isEqualTo(2);
        assertThat(out.toString()).contains("problem  GPU").doesNotContain("Spark 3.5");
        assertThat(err.toString()).contains("computes on the CPU (CpuBackend)", "-Pcuda");
        assertThat(run("doctor", "--device", "gpu")).isEqualTo(2);
        assertThat(err.toString()).contains("expected one of cpu, cuda");
    }
}
