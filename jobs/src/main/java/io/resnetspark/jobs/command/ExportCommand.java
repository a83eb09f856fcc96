package io.resnetspark.jobs.command;

import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelExport;
import io.resnetspark.pipeline.model.ModelSource;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code resnet export}: a trained model into a file that PyTorch reads. */
@Command(
        name = "export",
        description = "Writes a model's weights as safetensors with torchvision's keys, and beside it a .json with "
                + "labels and preprocessing.",
        footer = {"", "Example: resnet export --model runs/photos-1 --output photos.safetensors"})
final class ExportCommand extends JobCommand {

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            required = true,
            description = "A run, a model file, registry:NAME@champion.")
    private String model;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            required = true,
            description = "The .safetensors file to write: a path or a URI such as s3a://bucket/photos.safetensors.")
    private String output;

    @Mixin
    private RegistryOption registry;

    @Override
    protected Conclusion run(Job job) throws Exception {
        ModelExport export = ModelExport.to(output, job.hadoopConfiguration());
        job.fetch(model);
        LoadedModel loaded = ModelSource.load(model, Optional.empty(), Optional.empty(), job.hadoopConfiguration());
        String description = export.write(loaded);
        return Conclusion.done("%s, %d tensors%nWeights: %s%nLabels and preprocessing: %s"
                .formatted(loaded.card().spec().architecture(), loaded.weights().size(), output, description));
    }
}
