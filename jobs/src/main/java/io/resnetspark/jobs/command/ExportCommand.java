package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.onnx.OnnxInput;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.pipeline.model.EvaluationSummary;
import io.resnetspark.pipeline.model.ExportFormat;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelExport;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.model.Precision;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code resnet export}: a trained model into what other software reads. */
@Command(
        name = "export",
        description =
                "Writes a model for other software: weights for PyTorch, a graph for ONNX Runtime, or a folder for "
                        + "transformers.",
        footer = {
            "",
            "Formats:",
            "  safetensors  weights under torchvision's names, the model card inside",
            "  pth          the same weights as torch.save writes them",
            "  onnx         the network, labels and preprocessing in its metadata; int8 if it was quantised",
            "  huggingface  a folder: weights, configurations, a model card",
            "",
            "Beside a file of weights a .json says labels and preprocessing.",
            "",
            "Example: resnet export --model runs/photos-1 --output photos.safetensors",
            "         resnet export --model registry:photos --format onnx \\",
            "           --onnx-input uint8 --output photos.onnx",
            "         resnet export --model runs/photos-1 --format huggingface \\",
            "           --report reports/photos-1 --output s3a://bucket/hub/photos"
        })
final class ExportCommand extends JobCommand {

    private enum Format {
        SAFETENSORS,
        PTH,
        ONNX,
        HUGGINGFACE
    }

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            required = true,
            description = "A run, a model file, registry:NAME@champion.")
    private String model;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "safetensors",
            description = "safetensors (the default), pth, onnx or huggingface.")
    private Format format;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            required = true,
            description =
                    "The file to write, or the folder: a path or a URI such as s3a://bucket/photos.safetensors. A file is "
                            + "replaced; a folder must not be there, or be empty.")
    private String output;

    @Option(
            names = "--onnx-input",
            paramLabel = "TYPE",
            description =
                    "What the ONNX graph takes: float32, normalised [N, C, H, W], the default; or uint8, pixels [N, H, "
                            + "W, C] that it normalises itself.")
    private OnnxInput onnxInput;

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            description =
                    "Of a quantised model: int8, the default, or fp32, without its quantisation. What is not quantised is "
                            + "written in fp32.")
    private Precision precision;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description = "A report of evaluate, for the model card of a huggingface folder.")
    private String report;

    @Mixin
    private RegistryOption registry;

    @Override
    protected Conclusion run(Job job) throws Exception {
        ModelExport export = ModelExport.to(output, format(job.hadoopConfiguration()), job.hadoopConfiguration());
        job.fetch(model);
        LoadedModel loaded =
                inPrecision(ModelSource.load(model, Optional.empty(), Optional.empty(), job.hadoopConfiguration()));
        List<String> written = export.write(loaded);
        String kind =
                switch (format) {
                    case SAFETENSORS, PTH -> "Weights";
                    case ONNX -> "ONNX";
                    case HUGGINGFACE -> "Folder";
                };
        String description = written.size() > 1 ? "%nLabels and preprocessing: %s".formatted(written.get(1)) : "";
        return Conclusion.done("%s, %d tensors%n%s: %s%s"
                .formatted(
                        loaded.card().spec().architecture(),
                        loaded.weights().size(),
                        kind,
                        written.get(0),
                        description));
    }

    private LoadedModel inPrecision(LoadedModel loaded) {
        InferencePrecision wanted =
                (precision == null || precision == Precision.AUTO ? Precision.MODEL : precision).of(loaded);
        return switch (wanted) {
            case INT8 -> loaded;
            case FP32 -> new LoadedModel(loaded.card().with(null), loaded.weights(), loaded.description());
            case BF16 ->
                throw new ConfigurationException(
                        "Models are written in fp32 or int8; what reads them computes in bf16 if it is told to");
        };
    }

    private ExportFormat format(Configuration hadoop) {
        if (onnxInput != null && format != Format.ONNX) {
            throw new ConfigurationException("--onnx-input goes with --format onnx");
        }
        if (report != null && format != Format.HUGGINGFACE) {
            throw new ConfigurationException("--report goes with --format huggingface");
        }
        return switch (format) {
            case SAFETENSORS -> new ExportFormat.SafeTensors();
            case PTH -> new ExportFormat.Torch();
            case ONNX -> new ExportFormat.Onnx(onnxInput == null ? OnnxInput.FLOAT32 : onnxInput);
            case HUGGINGFACE ->
                new ExportFormat.HuggingFace(Optional.ofNullable(report)
                        .map(directory -> EvaluationSummary.of(AtomicStore.at(directory, hadoop))));
        };
    }
}
