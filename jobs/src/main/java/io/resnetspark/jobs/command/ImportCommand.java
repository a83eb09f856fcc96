package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.ArchitectureNames;
import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.model.ExportFormat;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelExport;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.storage.Location;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code resnet import}: weights from elsewhere into a model file that says how to use it. */
@Command(
        name = "import",
        description =
                "Turns a PyTorch checkpoint, a safetensors file or a folder of the Hugging Face hub into a model file "
                        + "with labels and preprocessing inside.",
        footer = {
            "",
            "Example: resnet import --weights resnet18-f37072fd.pth --arch resnet18 --labels imagenet.txt \\",
            "           --output models/resnet18.safetensors"
        })
final class ImportCommand extends JobCommand {

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            required = true,
            description = "A .pth, .th or .safetensors file, a folder of one with its config.json, by path or URI; or "
                    + "torchvision:NAME.")
    private String weights;

    @Option(
            names = "--arch",
            paramLabel = "NAME",
            description = "The network: ${COMPLETION-CANDIDATES}.",
            completionCandidates = ArchitectureNames.class)
    private String architecture;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "Class names, one a line; by default those of the weights, else numbers.")
    private String labels;

    @Option(names = "--output", paramLabel = "FILE", required = true, description = "The .safetensors file to write.")
    private String output;

    @Override
    protected Conclusion run(Job job) throws Exception {
        ModelExport export = ModelExport.to(output, new ExportFormat.SafeTensors(), job.hadoopConfiguration());
        job.fetch(weights);
        LoadedModel model = ModelSource.load(
                weights, Optional.ofNullable(architecture), Optional.empty(), job.hadoopConfiguration());
        if (labels != null) {
            model = model.withLabels(labelNames(job.hadoopConfiguration()), labels);
        }
        export.write(model);
        return Conclusion.done("%s, %d classes, %d tensors%nModel: %s"
                .formatted(
                        model.card().spec().architecture(),
                        model.card().labels().size(),
                        model.weights().size(),
                        output));
    }

    private List<String> labelNames(Configuration hadoop) {
        Location file = Location.of(labels, hadoop);
        byte[] content;
        try (InputStream in = file.fileSystem().open(file.path())) {
            content = in.readAllBytes();
        } catch (IOException e) {
            throw new ConfigurationException("Cannot read the class names in %s: %s".formatted(labels, e), e);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            return text.replaceFirst("^\uFEFF", "") // the byte-order mark of Windows' editors
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (CharacterCodingException e) {
            throw new ConfigurationException(
                    "The class names in %s are not in UTF-8; save the file as UTF-8".formatted(labels), e);
        }
    }
}
