package io.resnetspark.jobs.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.resnetspark.jobs.ResNetCli;
import io.resnetspark.jobs.command.Commands;
import io.resnetspark.jobs.config.ConfigLoader;
import io.resnetspark.jobs.kubernetes.StrictKubernetes;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in {@code conf/schedule}, each judged by what it is meant for, as far as that is at hand. */
class ExampleSchedulesTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path EXAMPLES = ROOT.resolve("conf/schedule");
    private static final String INSTALLED = "/opt/resnet-spark";
    private static final YAMLMapper YAML = new YAMLMapper();

    @TempDir
    private Path folder;

    private static String read(String name) throws Exception {
        return Files.readString(EXAMPLES.resolve(name));
    }

    /** The example's command line must be one of ours, as soon as the command exists. */
    private static void accept(List<String> arguments) {
        assumeThat(Commands.commandLine().getSubcommands())
                .as("commands known here")
                .containsKey(arguments.get(0));
        Commands.commandLine().parseArgs(arguments.toArray(String[]::new));
    }

    private static Optional<Path> onPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void theConfigurationIsInOrder() {
        ScheduleConfig config = ConfigLoader.shippedDefaults()
                .withFile(EXAMPLES.resolve("schedule.conf"))
                .load()
                .bind("schedule", ScheduleConfig.class);
        assertThat(config.jobs()).hasSize(2);
        config.jobs().forEach(job -> accept(job.command()));
    }

    @Test
    void theCrontabHasTimesAndACommandForTheShell() throws Exception {
        List<String> entries = read("crontab")
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .filter(line -> !line.matches("[A-Z_]+=.*"))
                .toList();
        Matcher entry = Pattern.compile("(\\d+|\\*) (\\d+|\\*) (\\d+|\\*) (\\d+|\\*) (\\d+|\\*)\\s+(.+)")
                .matcher(entries.get(0));
        assertThat(entries).hasSize(1);
        assertThat(entry.matches()).isTrue();
        assertThat(Integer.parseInt(entry.group(1))).isBetween(0, 59);
        assertThat(Integer.parseInt(entry.group(2))).isBetween(0, 23);
        String command = entry.group(6);
        assertThat(command).as("cron ends a command at a %").doesNotContain("%");
        run("sh", "-n", "-c", command);
        accept(argumentsAfter("bin/resnet", command.replaceFirst(" >>.*", "")));
    }

    private static List<String> argumentsAfter(String program, String command) {
        List<String> words = Arrays.asList(command.strip().split("\\s+"));
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).endsWith(program)) {
                return words.subList(i + 1, words.size());
            }
        }
        throw new AssertionError(command);
    }

    @Test
    void systemdAcceptsItsUnits() throws Exception {
        List<String> files = new ArrayList<>();
        List<String> starts = new ArrayList<>();
        for (String unit : List.of("resnet-retrain.service", "resnet-retrain.timer", "resnet-schedule.service")) {
            // systemd wants the program to be there; it is here.
            String text = read(unit).replace(INSTALLED, ROOT.toString());
            files.add(Files.writeString(folder.resolve(unit), text).toString());
            text.lines().filter(line -> line.startsWith("ExecStart=")).forEach(starts::add);
        }
        assumeThat(onPath("systemd-analyze")).as("systemd-analyze").isPresent();
        List<String> command = new ArrayList<>(List.of("systemd-analyze", "verify"));
        command.addAll(files);
        assertThat(run(command.toArray(String[]::new))).isEmpty();
        assertThat(starts).hasSize(2);
        starts.forEach(start -> accept(argumentsAfter("bin/resnet", start)));
    }

    @Test
    void pythonReadsTheDag() throws Exception {
        String dag = read("airflow_retrain.py");
        assertThat(dag).contains("java_class=\"%s\"".formatted(ResNetCli.class.getName()));
        assumeThat(onPath("python3")).as("python3").isPresent();
        Path copy = Files.writeString(folder.resolve("airflow_retrain.py"), dag);
        run("python3", "-m", "py_compile", copy.toString());
    }

    private static JsonNode application() throws Exception {
        return YAML.readTree(read("kubernetes/scheduled-spark-application.yaml"));
    }

    @Test
    void theSparkApplicationFitsItsSchema() throws Exception {
        JsonNode application = application();
        try (InputStream schema =
                ExampleSchedulesTest.class.getResourceAsStream("scheduled-spark-application.schema.json")) {
            assertThat(JsonSchemaFactory.getInstance(VersionFlag.V202012)
                            .getSchema(schema)
                            .validate(application))
                    .isEmpty();
        }
        JsonNode template = application.at("/spec/template");
        assertThat(template.path("mainClass").asText()).isEqualTo(ResNetCli.class.getName());
        assertThat(template.path("mainApplicationFile").asText()).isEqualTo("local://" + jarInTheImage());
        ZoneId.of(application.at("/spec/timeZone").asText());
        List<String> arguments = new ArrayList<>();
        template.path("arguments").forEach(argument -> arguments.add(argument.asText()));
        accept(arguments);
    }

    /** With {@code RESNET_SPARK_OPERATOR_CRD} naming the operator's own definition, against all of it. */
    @Test
    void theSparkApplicationFitsTheOperatorsOwnDefinition() throws Exception {
        String definition = System.getenv("RESNET_SPARK_OPERATOR_CRD");
        assumeThat(definition).as("RESNET_SPARK_OPERATOR_CRD").isNotNull();
        ObjectNode schema =
                (ObjectNode) YAML.readTree(Path.of(definition).toFile()).at("/spec/versions/0/schema/openAPIV3Schema");
        refuseUnknown(schema);
        ((ObjectNode) schema.path("properties")).putObject("metadata");
        assertThat(JsonSchemaFactory.getInstance(VersionFlag.V7)
                        .getSchema(schema)
                        .validate(application()))
                .isEmpty();
    }

    private static void refuseUnknown(JsonNode schema) {
        if (schema instanceof ObjectNode object
                && object.path("properties").isObject()
                && object.path("type").asText().equals("object")) {
            object.putIfAbsent("additionalProperties", BooleanNode.FALSE);
        }
        schema.forEach(ExampleSchedulesTest::refuseUnknown);
    }

    @Test
    void theCronJobIsWhatKubernetesKnows() throws Exception {
        CronJob job = StrictKubernetes.read(read("kubernetes/cronjob.yaml"), CronJob.class);
        assertThat(job.getApiVersion()).isEqualTo("batch/v1");
        assertThat(job.getSpec().getConcurrencyPolicy()).isEqualTo("Forbid");
        ZoneId.of(job.getSpec().getTimeZone());
        var pod = job.getSpec().getJobTemplate().getSpec().getTemplate().getSpec();
        // Kubernetes refuses a podFailurePolicy with any other.
        assertThat(pod.getRestartPolicy()).isEqualTo("Never");
        var container = pod.getContainers().get(0);
        assertThat(container.getVolumeMounts()).allMatch(mount -> pod.getVolumes().stream()
                .anyMatch(volume -> volume.getName().equals(mount.getName())));
        List<String> words = container.getArgs();
        int jar = words.indexOf(jarInTheImage());
        assertThat(words.subList(0, jar))
                .startsWith("/opt/spark/bin/spark-submit")
                .endsWith("--class", ResNetCli.class.getName());
        accept(words.subList(jar + 1, words.size()));
    }

    private static List<List<String>> dockerInstructions() throws Exception {
        return Files.readString(ROOT.resolve("conf/kubernetes/Dockerfile"))
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> Arrays.asList(line.split("\\s+")))
                .toList();
    }

    private static String jarInTheImage() throws Exception {
        return dockerInstructions().stream()
                .filter(words -> words.get(0).equals("COPY") && words.get(1).endsWith(".jar"))
                .map(words -> words.get(2))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theImageIsASparkThatFitsAndCopiesWhatIsThere() throws Exception {
        List<List<String>> instructions = dockerInstructions();
        assertThat(instructions.get(0).get(0)).isEqualTo("FROM");
        assertThat(instructions.get(0).get(1)).matches("apache/spark:4\\.2\\.\\d+-scala2\\.13-java21-ubuntu");
        assertThat(application().at("/spec/template/sparkVersion").asText())
                .isEqualTo(instructions.get(0).get(1).replaceAll(".*:|-.*", ""));
        assertThat(instructions)
                .allMatch(words -> List.of("FROM", "COPY", "ENV", "USER").contains(words.get(0)));
        for (List<String> copy : instructions) {
            if (copy.get(0).equals("COPY")) {
                for (String source : copy.subList(1, copy.size() - 1)) {
                    boolean built = source.startsWith("jobs/target/");
                    assertThat(built || Files.exists(ROOT.resolve(source)))
                            .as(source)
                            .isTrue();
                }
            }
        }
        assertThat(Files.readString(ROOT.resolve("bin/resnet"))).contains("jar=$root/jobs/target/resnet-spark.jar");
    }
}
