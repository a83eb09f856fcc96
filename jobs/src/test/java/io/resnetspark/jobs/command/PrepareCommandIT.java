package io.resnetspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrepareCommandIT {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private int prepare(String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("prepare", "--master", "local[2]", "--no-ui", "--format", "image-folder"));
        arguments.addAll(List.of("--output", directory.resolve("dataset").toString()));
        arguments.addAll(List.of(options));
        return Commands.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }

    private JsonNode read(String file) throws IOException {
        return new ObjectMapper()
                .readTree(directory.resolve("dataset").resolve(file).toFile());
    }

    @Test
    void optionsShapeTheDatasetAndTheOutcomeSaysWhatHappened() throws Exception {
        Path images = directory.resolve("images with spaces");
        new SyntheticImages(4, 24, 1).writeTo(images);
        String[] options = {
            "--input", images.toString(), "--image-size", "16", "--resize", "exact", "--split", "train=0.5,test=0.5"
        };

        assertThat(prepare(options)).as(err.toString()).isZero();
        JsonNode config = read("dataset.json").get("config");
        assertThat(config.at("/resize/rule").asText()).isEqualToIgnoringCase("exact");
        assertThat(config.at("/resize/size_pixels").asInt()).isEqualTo(16);
        assertThat(config.at("/split/from").asText()).isEqualToIgnoringCase("hash");
        assertThat(config.at("/split/val").asDouble()).isZero();
        assertThat(read("outcome.json").get("exit_code").asInt()).isZero();
        assertThat(out.toString()).contains("version 1: 24 images");

        Files.writeString(images.resolve("disc").resolve("broken.png"), "no image");
        assertThat(prepare(options)).isZero();
        assertThat(prepare("--input", images.toString(), "--max-rejected-fraction", "0"))
                .isNotZero();
    }

    @Test
    void tooManyUnusableImagesEndWithExitCodeThree() throws Exception {
        Path images = directory.resolve("images");
        new SyntheticImages(1, 16, 1).writeTo(images);
        Files.writeString(images.resolve("disc").resolve("broken.png"), "no image");

        assertThat(prepare("--input", images.toString(), "--max-rejected-fraction", "0.01"))
                .isEqualTo(3);

        assertThat(read("outcome.json").get("status").asText()).isEqualTo("bad-data");
        assertThat(err.toString()).contains("rejected").doesNotContain("\tat ");
        assertThat(directory.resolve("dataset/dataset.json")).doesNotExist();
    }

    @Test
    void wrongOptionsAreReportedTogether() {
        assertThat(prepare("--channels", "2", "--image-size", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("prepare.input: must be set");
        assertThat(prepare("--input", "x", "--split", "0.8,0.2")).isEqualTo(2);
        assertThat(err.toString()).contains("train=0.8,val=0.1,test=0.1");
    }
}
