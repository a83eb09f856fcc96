package io.resnetspark.bench.accuracy;

import io.resnetspark.bench.workload.PythonSystem;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** PyTorch, trained by the script beside those of the other peers. */
final class PyTorchTraining {

    private PyTorchTraining() {}

    /**
     * Trains; says on standard error how it goes.
     *
     * @param python an interpreter that has PyTorch
     * @param imagesPerEpoch of the training file
     */
    static Course train(String python, PyTorchRecipe recipe, long imagesPerEpoch, Path work)
            throws IOException, InterruptedException {
        Path settings = work.resolve("recipe.json");
        Files.writeString(settings, JsonDocument.text(recipe));
        Path script = PythonSystem.PYTORCH_BF16.script().resolveSibling("pytorch_recipe.py");
        Process process = new ProcessBuilder(python, script.toString(), settings.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Course.Epoch> epochs = new ArrayList<>();
        String version = "";
        int exit;
        try (BufferedReader answers = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                Course.Epoch epoch = JsonDocument.read(line, Course.Epoch.class, script.toString());
                version = JsonDocument.parse(line, script.toString())
                        .path("version")
                        .asText();
                epochs.add(epoch);
                System.err.printf(
                        Locale.ROOT,
                        "PyTorch: epoch %d: validation loss %.4f, accuracy %.2f %%; %.1f s%n",
                        epoch.epoch(),
                        epoch.loss(),
                        100 * epoch.accuracy(),
                        epoch.seconds());
            }
            exit = process.waitFor();
        } finally {
            process.destroy();
        }
        if (exit != 0 || epochs.isEmpty()) {
            throw new IllegalStateException("%s ended with exit code %d".formatted(script.getFileName(), exit));
        }
        return new Course("PyTorch %s, %s".formatted(version, recipe.way()), imagesPerEpoch, epochs);
    }
}
