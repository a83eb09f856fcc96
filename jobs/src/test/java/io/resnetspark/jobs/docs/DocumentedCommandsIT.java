package io.resnetspark.jobs.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.jobs.quickstart.SyntheticImages;
import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.weights.SafeTensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command that the documents show, as it stands there, on small inputs of the same names and with minimal budgets
 * ({@code small-resnet.sh}): in order, in one folder, with the built application.
 */
class DocumentedCommandsIT {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path README = ROOT.resolve("README.md");
    private static final long LIMIT_MINUTES = 12;

    @TempDir
    Path folder;

    /** What the blocks find in their environment. */
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void folderWithLauncherAndPhotographs() throws IOException {
        try (InputStream script = DocumentedCommandsIT.class.getResourceAsStream("small-resnet.sh")) {
            Path launcher = Files.createDirectories(folder.resolve("bin")).resolve("resnet");
            Files.copy(script, launcher);
            assertThat(launcher.toFile().setExecutable(true)).isTrue();
        }
        Files.createSymbolicLink(folder.resolve("conf"), ROOT.resolve("conf"));
        environment.put("REAL_RESNET", ROOT.resolve("bin/resnet").toString());
        environment.put("RESNET_REGISTRY", folder.resolve("models").toString());
        photographs();
    }

    @Test
    @Tag("quick")
    void theReadmesCommandsWork() throws Exception {
        run(List.of(README), block -> !block.script().contains("quickstart"));
    }

    /** The README's as users start them; for the other documents', which show nothing new of that, one JVM stays. */
    @Test
    @Tag("full")
    void allDocumentsCommandsWork() throws Exception {
        run(List.of(README), block -> true);
        hymenoptera();
        cifar();
        weights();
        List<Path> others = CommandBlock.documents(ROOT);
        others.remove(README);
        environment.put("RESNET_LAUNCHER", ROOT.resolve("bin/resnet").toString());
        try (WarmApplication warm = new WarmApplication(folder, environment)) {
            environment.put("WARM_PORT", Integer.toString(warm.port()));
            run(others, block -> true);
        }
    }

    private interface Choice {
        boolean takes(CommandBlock block);
    }

    private void run(List<Path> documents, Choice choice) throws Exception {
        Map<String, Integer> left = new LinkedHashMap<>();
        List<String> failures = new ArrayList<>();
        int done = 0;
        for (Path document : documents) {
            for (CommandBlock block : CommandBlock.of(document)) {
                if (block.notRun().isPresent()) {
                    left.merge(block.notRun().get(), 1, Integer::sum);
                } else if (choice.takes(block)) {
                    done++;
                    run(block).ifPresent(failures::add);
                }
            }
        }
        System.out.printf("%d blocks of commands run, not run: %s%n", done, left);
        assertThat(failures).isEmpty();
        assertThat(done).isPositive();
        assertThat(folder.toFile().list())
                .as("nothing is left but what commands name")
                .doesNotContain("spark-warehouse", "metastore_db", "derby.log");
    }

    /** Runs a block; what went wrong, if something did. */
    private Optional<String> run(CommandBlock block) throws Exception {
        long start = System.nanoTime();
        Path output = folder.resolve("output.txt");
        ProcessBuilder bash = new ProcessBuilder("bash", "-euo", "pipefail", "-c", block.script())
                .directory(folder.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        bash.environment().putAll(environment);
        if (!block.script().contains("bin/resnet bench")) {
            bash.environment().put("RESNET_BUILD", "never");
        }
        Process process = bash.start();
        boolean ended;
        try {
            ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String name = "%s:%d".formatted(ROOT.relativize(block.document()), block.line());
        System.out.printf("%s in %.1f s%n", name, (System.nanoTime() - start) / 1e9);
        if (ended && process.exitValue() == 0) {
            return Optional.empty();
        }
        return Optional.of("%s %s%n%s%n%s"
                .formatted(
                        name,
                        ended ? "exits with " + process.exitValue() : "does not end",
                        block.script(),
                        Files.readString(output)));
    }

    private void photographs() throws IOException {
        new SyntheticImages(6, 64, 1).writeTo(folder.resolve("photos"));
        new SyntheticImages(1, 64, 2).writeTo(folder.resolve("more-photos"));
        new SyntheticImages(1, 64, 3).writeTo(folder.resolve("incoming"));
    }

    private void hymenoptera() throws IOException {
        List<String> labels = List.of("ants", "bees");
        for (String split : List.of("train", "val")) {
            Path drawn = folder.resolve("drawn-" + split);
            SyntheticImages images = new SyntheticImages(8, 64, split.length());
            images.writeTo(drawn);
            Path target =
                    Files.createDirectories(folder.resolve("hymenoptera_data").resolve(split));
            for (int i = 0; i < labels.size(); i++) {
                Files.move(drawn.resolve(images.labels().get(i)), target.resolve(labels.get(i)));
            }
        }
    }

    /** The official binary layout with eight records a file: a byte of label, 32x32 of red, of green, of blue. */
    private void cifar() throws IOException {
        Path batches = Files.createDirectories(folder.resolve("cifar-10-batches-bin"));
        Random random = new Random(1);
        for (int b = 1; b <= 6; b++) {
            byte[] records = new byte[20 * 3073];
            random.nextBytes(records);
            for (int i = 0; i < 20; i++) {
                records[i * 3073] = (byte) (i % 10);
            }
            Files.write(batches.resolve(b == 6 ? "test_batch.bin" : "data_batch_%d.bin".formatted(b)), records);
        }
        Files.writeString(
                batches.resolve("batches.meta.txt"),
                IntStream.range(0, 10).mapToObj(i -> "class" + i + "\n").collect(Collectors.joining()));
    }

    private void weights() throws IOException {
        ComputationGraph network = ResNet.create(Architecture.RESNET18.spec(), 1);
        SafeTensors.write(NetworkWeights.of(network), Map.of(), folder.resolve("ktb_resnet18_small.pth"));
        ResNet.close(network);
        Files.writeString(
                folder.resolve("imagenet.txt"),
                IntStream.range(0, 1000).mapToObj(i -> "class" + i + "\n").collect(Collectors.joining()));
    }
}
