package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.ArchitectureOption;
import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.model.ExportFormat;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelExport;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.quantization.ModelQuantization;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code resnet quantize}: a model into one that classifies in 8-bit integers. */
@Command(
        name = "quantize",
        description =
                "Makes a model that classifies in 8-bit integers: the network sees images of a split, and the range of each "
                        + "of its maps is taken that loses least. The file holds the weights as they were, and the ranges; evaluate, "
                        + "predict, registry and export take it as any other model.",
        footer = {
            "",
            "Example: resnet quantize --model runs/photos-1 --data data/photos --output photos-int8.safetensors",
            "         resnet evaluate --model photos-int8.safetensors --data data/photos --output reports/int8"
        })
final class QuantizeCommand extends JobCommand {

    private static final int BATCH_SIZE = 16;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            required = true,
            description =
                    "A run, a file or folder of weights by path or URI, torchvision:NAME, registry:NAME@champion.")
    private String model;

    @Mixin
    private ArchitectureOption architecture;

    @Option(names = "--data", paramLabel = "DATASET", required = true, description = "The prepared dataset.")
    private String data;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "train",
            description = "Whose images calibrate: train (default) or val; what test shows should not decide anything.")
    private String split;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "512",
            description = "How many of them, chosen by chance. Default: ${DEFAULT-VALUE}.")
    private int images;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Of the choice.")
    private long seed;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            required = true,
            description = "The file to write, or replace: a path or a URI that ends in .safetensors.")
    private String output;

    @Mixin
    private RegistryOption registry;

    @Override
    protected Conclusion run(Job job) throws Exception {
        job.checkStorage(data);
        ModelExport export = ModelExport.to(output, new ExportFormat.SafeTensors(), job.hadoopConfiguration());
        ModelQuantization quantization = new ModelQuantization(images, BATCH_SIZE, seed);
        ImageDataset dataset = ImageDataset.open(job.spark(), data);
        job.fetch(model);
        LoadedModel loaded = ModelSource.load(
                model, architecture.name(), Optional.of(dataset.classes().names()), job.hadoopConfiguration());
        LoadedModel quantized =
                job.step("quantize", () -> quantization.quantize(job.spark(), dataset, Split.parse(split), loaded));
        List<String> written = export.write(quantized);
        job.output("model", written.get(0));
        return Conclusion.done("%s, %d maps calibrated by %s%nModel: %s"
                .formatted(
                        quantized.card().spec().architecture(),
                        quantized.card().quantization().ranges().size(),
                        quantized.card().quantization().source(),
                        written.get(0)));
    }
}
