package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.ArchitectureOption;
import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.Overrides;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.pipeline.inference.BatchPrediction;
import io.resnetspark.pipeline.inference.PredictConfig;
import io.resnetspark.pipeline.inference.PredictionInput;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelClassifierSource;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.registry.ModelReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code resnet predict}: images into predictions. */
@Command(
        name = "predict",
        description =
                "Predicts the images of a folder or a table: label, probability and top five as Parquet, unusable images in a "
                        + "table of their own. Started again, it goes on where it stopped.",
        footer = {"", "Example: resnet predict --input photos/ --model runs/photos-1 --output predictions/"})
final class PredictCommand extends JobCommand {

    @Option(
            names = "--input",
            paramLabel = "PATH",
            required = true,
            description = "Folder of images, with subfolders, or a table.")
    private String input;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "image-folder (default), dataset (a prepared one), parquet or delta.")
    @Overrides("predict.format")
    private String format;

    @Option(
            names = "--image-column",
            paramLabel = "NAME",
            description = "Column of a table that holds image files; default: image.")
    @Overrides("predict.columns.image")
    private String imageColumn;

    @Option(
            names = "--id-column",
            paramLabel = "NAME",
            description = "Column of a table that tells its rows apart; default: id.")
    @Overrides("predict.columns.id")
    private String idColumn;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            required = true,
            description =
                    "A run, a file or folder of weights by path or URI, torchvision:NAME, registry:NAME@champion.")
    private String model;

    @Mixin
    private ArchitectureOption architecture;

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            description =
                    "What the network computes with: model (default: int8 if it was quantised, else fp32), auto (bf16 "
                            + "where the processor has it), fp32, bf16 or int8.")
    @Overrides("predict.precision")
    private String precision;

    @Option(
            names = "--embeddings",
            description = "Also a column of what the network's last layer reads, an array of floats.")
    @Overrides("predict.embeddings")
    private Boolean embeddings;

    @Option(names = "--output", paramLabel = "PATH", required = true, description = "Directory of the predictions.")
    private String output;

    @Mixin
    private RegistryOption registry;

    @Override
    protected Optional<String> outputDirectory() {
        return Optional.ofNullable(output);
    }

    @Override
    protected Conclusion run(Job job) throws Exception {
        PredictConfig config = job.config().bind("predict", PredictConfig.class);
        job.checkInput(input);
        job.checkStorage(output);
        job.fetch(model);
        job.spark();
        LoadedModel loaded = ModelSource.load(model, architecture.name(), Optional.empty(), job.hadoopConfiguration());
        PredictionInput images = PredictionInput.open(job.spark(), input, config, output);
        ModelClassifierSource source = new ModelClassifierSource(loaded, config.batchSize(), config.precision());
        BatchPrediction.Outcome outcome = job.step("predict", () -> new BatchPrediction(job.spark(), config)
                .run(images, source, weights(loaded, job.hadoopConfiguration()), output));
        job.output("predictions", output);
        List<String> lines = new ArrayList<>();
        lines.add("%,d predicted, %,d rejected, %,d done before"
                .formatted(outcome.predicted(), outcome.rejected(), outcome.skipped()));
        images.leftOut().lines().forEach(line -> lines.add("  " + line));
        images.leftOut().notes().forEach(note -> lines.add("Note: " + note));
        lines.add("Predictions: " + output);
        return Conclusion.done(String.join(System.lineSeparator(), lines));
    }

    /** Identifies the weights: a version of the registry never changes them, other names may come to mean others. */
    private String weights(LoadedModel loaded, Configuration hadoop) {
        if (ModelReference.isReference(model)) {
            return loaded.description();
        }
        String name =
                ModelSource.run(model, hadoop).map(run -> run.manifest().id()).orElse(loaded.description());
        return name + "#" + loaded.fingerprint();
    }
}
