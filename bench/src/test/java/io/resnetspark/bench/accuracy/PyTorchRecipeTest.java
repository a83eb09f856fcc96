package io.resnetspark.bench.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.augment.Crop;
import io.resnetspark.pipeline.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PyTorchRecipeTest {

    private static final Preprocessing PREPROCESSING =
            new Preprocessing(3, 32, 32, List.of(0.5f, 0.5f, 0.5f), List.of(0.2f, 0.2f, 0.2f));

    private static final String MANIFEST = """
            {"format_version": 2, "id": "x", "created_at": "2026-11-30T00:00:00Z", "status": "done", "seconds": 1,
             "config": {"arch": "cifar-resnet20", "weights": null, "workers": 2, "averaging_frequency": 3, "ema_decay": 0.99,
               "batch_size": 32, "epochs": 1, "seed": 7, "head_learning_rate_factor": 1.0, "bias_learning_rate_factor": 16.0,
               "flips_only_epochs": 0,
               "optimizer": {"momentum": 0.9, "form": "NESTEROV", "weight_decay": 5e-4, "decay_scope": "WEIGHTS"},
               "augmentation": {"crop": {"padding": 4}, "flip_probability": 0.5, "flip_pattern": "ALTERNATING",
                 "random_erasing": {"probability": 0.0}, "mixup_alpha": %s, "cutmix_alpha": 0.0, "label_smoothing": 0.1}},
             "dataset": "d", "dataset_id": "i", "dataset_version": 1, "train_examples": 256, "val_examples": 10,
             "parameters": 1, "threads_per_worker": 1, "weights": "random", "kernels": "k", "precision": "bf16",
             "software": {}, "spark": {}, "returns": []}
            """;

    private static final String ROUND = """
            {"type": "round", "round": %d, "epoch": 0, "global_step": %d, "progress": 0, "examples": 1, "loss": 1,
             "accuracy": 0, "learning_rate": %s}
            """;

    @TempDir
    Path directory;

    @Test
    void aRunsWorkersTakeOneStepTogether() throws IOException {
        PyTorchRecipe recipe = recipe("0.0");

        assertThat(recipe.network()).isEqualTo("cifar-resnet20@32");
        assertThat(recipe.threads()).isEqualTo(2);
        assertThat(recipe.optimizer())
                .isEqualTo(
                        new PyTorchRecipe.Optimizer(64, 1, List.of(0.1, 0.1, 0.1, 0.05), 16, 0.9, true, 5e-4, false));
        assertThat(recipe.augmentation())
                .isEqualTo(new PyTorchRecipe.Augmentation(4, Crop.Border.BLACK, 0.5, true, 0, 0.1));
        assertThat(recipe.average()).isEqualTo(new PyTorchRecipe.Average(0.99, 3));
    }

    @Test
    void whatTheScriptDoesNotKnowIsRefused() {
        assertThatThrownBy(() -> recipe("0.2"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("knows no mixing");
    }

    private PyTorchRecipe recipe(String mixup) throws IOException {
        Files.writeString(directory.resolve("run.json"), MANIFEST.formatted(mixup));
        String rounds = ROUND.formatted(1, 3, "0.1").replace("\n", "") + "\n"
                + ROUND.formatted(2, 4, "0.05").replace("\n", "") + "\n";
        Files.writeString(directory.resolve("metrics.jsonl"), rounds);
        return PyTorchRecipe.of(
                RunDirectory.at(directory.toString(), new Configuration()),
                PREPROCESSING,
                "bf16",
                Path.of("train"),
                Path.of("val"));
    }
}
