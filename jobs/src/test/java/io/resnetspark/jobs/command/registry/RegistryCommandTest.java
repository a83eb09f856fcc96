package io.resnetspark.jobs.command.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.jobs.command.Commands;
import io.resnetspark.model.BlockKind;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.Stem;
import io.resnetspark.model.block.Normalisation;
import io.resnetspark.model.block.Shortcut;
import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.weights.SafeTensors;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.Tensor;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelExport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code resnet registry} as it is typed, on a local disk. */
class RegistryCommandTest {

    private static final int COLUMNS = 100;

    @TempDir
    Path folder;

    private String out;
    private String err;

    @BeforeEach
    void makeModels() {
        for (int seed = 1; seed <= 2; seed++) {
            ResNetSpec spec = new ResNetSpec(
                    "tiny",
                    Stem.CIFAR,
                    BlockKind.BASIC,
                    Shortcut.PAD,
                    Normalisation.BATCH,
                    List.of(1),
                    List.of(4),
                    12,
                    3,
                    8,
                    1f);
            List<String> labels = new ArrayList<>();
            for (int label = 0; label < spec.classes(); label++) {
                labels.add("class-number-" + label);
            }
            Preprocessing preprocessing =
                    new Preprocessing(3, 8, 8, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
            var network = ResNet.create(spec, seed);
            LoadedModel model = new LoadedModel(
                    new ModelCard(spec, labels, preprocessing), NetworkWeights.of(network), "seed " + seed);
            ModelExport.write(model, file(seed));
            network.close();
        }
    }

    private Path file(int seed) {
        return folder.resolve("model-%d.safetensors".formatted(seed));
    }

    private int run(String... arguments) {
        StringWriter standardOut = new StringWriter();
        StringWriter standardErr = new StringWriter();
        int code = Commands.commandLine()
                .setOut(new PrintWriter(standardOut, true))
                .setErr(new PrintWriter(standardErr, true))
                .execute(arguments);
        out = standardOut.toString();
        err = standardErr.toString();
        return code;
    }

    private int registry(String... arguments) {
        List<String> all = new ArrayList<>(List.of("registry"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--registry", folder.resolve("models").toString()));
        return run(all.toArray(String[]::new));
    }

    private void addBoth() {
        for (int seed = 1; seed <= 2; seed++) {
            assertThat(registry("add", "photos", "--model", file(seed).toString(), "--promote"))
                    .isZero();
            assertThat(out).contains("photos@%d is champion".formatted(seed));
        }
    }

    @Test
    void championsComeAndGoAndTheModelOfTheNameIsTheOneAdded() throws IOException {
        addBoth();
        assertThat(registry("add", "photos", "--model", file(1).toString())).isZero();
        assertThat(out).contains("registry:photos@1,");
        assertThat(registry("rollback", "photos", "--from", "2")).isZero();
        assertThat(registry("rollback", "photos", "--from", "2")).isZero();
        assertThat(out).contains("photos@1 is champion");

        Path exported = folder.resolve("exported.safetensors");
        assertThat(run(
                        "export",
                        "--model",
                        "registry:photos",
                        "--output",
                        exported.toString(),
                        "--set",
                        "registry.path=\"%s\"".formatted(folder.resolve("models"))))
                .isZero();
        assertThat(SafeTensors.read(exported).asMap())
                .isEqualTo(SafeTensors.read(file(1)).asMap());

        assertThat(registry("history", "photos")).isZero();
        assertThat(out).contains("version 1 added", "version 2 promoted", "back from 2 to 1");
    }

    @Test
    void whatIsShownFitsTheScreenAndTheJsonSaysTheSame() throws IOException {
        addBoth();
        assertThat(registry("alias", "candidate", "photos@1")).isZero();
        for (String[] shown : new String[][] {
            {"list"}, {"list", "photos"}, {"show", "photos@2"}, {"diff", "photos@1", "photos@2"}, {"verify"}
        }) {
            assertThat(registry(shown)).isZero();
            assertThat(out.lines())
                    .filteredOn(line -> !line.contains(folder.toString())) // paths are as long as they are
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(COLUMNS));
        }
        assertThat(registry("show", "photos@candidate")).isZero();
        assertThat(out).contains("photos@1", "candidate", "previous", "images [N, 3, 8, 8] float32", "class-number-11");

        assertThat(registry("list", "photos", "--json")).isZero();
        JsonNode versions = new ObjectMapper().readTree(out);
        assertThat(versions).hasSize(2);
        assertThat(versions.get(1).path("aliases").get(0).asText()).isEqualTo("champion");
        assertThat(versions.get(1).path("document").path("signature").path("classes"))
                .hasSize(12);
        assertThat(registry("list", "--json")).isZero();
        assertThat(new ObjectMapper()
                        .readTree(out)
                        .at("/photos/aliases/champion")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void refusalsSayWhyAndChangeNothing() {
        addBoth();
        assertThat(registry("delete", "photos@1")).isEqualTo(2);
        assertThat(err).contains("resnet registry delete:", "Version 1 is previous");
        assertThat(registry("promote", "photos@3")).isEqualTo(2);
        assertThat(registry("retain", "photos")).isEqualTo(2);
        assertThat(registry("alias", "champion", "photos@1")).isEqualTo(2);
        assertThat(run("registry")).isEqualTo(2);
        assertThat(registry("retain", "--keep-last", "0")).isZero();
        assertThat(registry("verify", "photos")).isZero();
        assertThat(out).contains("photos: 2 versions");
        if (System.getenv("RESNET_REGISTRY") == null) {
            assertThat(run(
                            "export",
                            "--model",
                            "registry:photos",
                            "--output",
                            folder.resolve("x.safetensors").toString()))
                    .isEqualTo(2);
            assertThat(err).contains("--registry", "RESNET_REGISTRY");
        }
    }

    /** Every command that takes weights, at its own door; a place that cannot be had, before anything is read. */
    @Test
    void brokenWeightsAndMissingConnectorsAreToldByName() throws IOException {
        Map<String, Tensor> weights =
                new LinkedHashMap<>(SafeTensors.read(file(1)).asMap());
        Tensor bias = weights.get("fc.bias");
        float[] values = bias.data().clone();
        values[3] = Float.NaN;
        weights.put("fc.bias", new Tensor(bias.shape(), values));
        Path broken = folder.resolve("broken.safetensors");
        SafeTensors.write(new StateDict(weights), SafeTensors.metadata(file(1)), broken);
        String output = folder.resolve("out.safetensors").toString();

        assertThat(registry("add", "photos", "--model", broken.toString(), "--promote"))
                .isEqualTo(3);
        assertThat(err).contains("registry add: ", "fc.bias has 1 of 12 values that are not finite");
        assertThat(registry("list")).isZero();
        assertThat(out).doesNotContain("photos");
        for (String[] command : new String[][] {
            {"import", "--weights", broken.toString(), "--output", output},
            {"export", "--model", "file://" + broken, "--output", output}
        }) {
            assertThat(run(command)).isEqualTo(3);
            assertThat(err).contains("fc.bias");
        }
        assertThat(Path.of(output)).doesNotExist();
        assertThat(run("export", "--model", "nothing", "--output", "s3a://bucket/x.safetensors"))
                .isEqualTo(2);
        assertThat(err).contains("org.apache.hadoop:hadoop-aws:");
        assertThat(run("export", "--model", "s3a://bucket/x.safetensors", "--output", output))
                .isEqualTo(2);
        assertThat(err).contains("org.apache.hadoop:hadoop-aws:");
    }

    /** With the byte-order mark and the line ends that Windows' editors write. */
    @Test
    void labelsReplaceThoseOfTheFile() throws IOException {
        StringBuilder names = new StringBuilder("\uFEFF");
        for (int i = 0; i < 12; i++) {
            names.append("name ").append(i).append("\r\n");
        }
        Path labels = Files.writeString(folder.resolve("labels.txt"), names);
        String output = folder.resolve("named.safetensors").toString();

        assertThat(run("import", "--weights", file(1).toString(), "--labels", labels.toString(), "--output", output))
                .isZero();
        assertThat(CheckpointFormat.parseCard(
                                SafeTensors.metadata(Path.of(output)).get(CheckpointFormat.CARD_KEY))
                        .labels())
                .startsWith("name 0", "name 1")
                .hasSize(12);
        Files.write(labels, new byte[] {'K', (byte) 0xE4, 's', 'e'});
        assertThat(run("import", "--weights", file(1).toString(), "--labels", labels.toString(), "--output", output))
                .isEqualTo(2);
        assertThat(err).contains("UTF-8");
    }

    @Test
    void damageIsNamedAndEndsWithBadData() throws IOException {
        addBoth();
        Path weights;
        try (var files = Files.walk(folder.resolve("models"))) {
            weights = files.filter(file -> file.endsWith("model.safetensors"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length / 2] ^= 4;
        Files.write(weights, bytes);

        assertThat(registry("verify")).isEqualTo(3);
        assertThat(out).contains(weights.toString(), "Damaged files: 1");
    }
}
