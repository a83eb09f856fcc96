package io.resnetspark.jobs.command;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelExport;
import io.resnetspark.pipeline.model.ModelSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code resnet import}: weights from elsewhere into a model file that says how to use it. */
@Command(
        name = "import",
        description = "Turns a PyTorch checkpoint or safetensors file in torchvision's layout into a model file with "
                + "labels and preprocessing inside.",
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
            description = "A .pth, .th or .safetensors file, or torchvision:NAME.")
    private String weights;

    @Option(
            names = "--arch",
            paramLabel = "NAME",
            description = "The network: ${COMPLETION-CANDIDATES}.",
            completionCandidates = ArchitectureNames.class)
    private String architecture;

    @Option(names = "--labels", paramLabel = "FILE", description = "Class names, one a line; numbers by default.")
    private Path labels;

    @Option(names = "--output", paramLabel = "FILE", required = true, description = "The .safetensors file to write.")
    private Path output;

    @Override
    protected Conclusion run(Job job) throws Exception {
        job.fetch(weights);
        LoadedModel model =
                ModelSource.load(weights, Optional.ofNullable(architecture), labelNames(), job.hadoopConfiguration());
        if (labels != null && !model.card().labels().equals(labelNames().orElseThrow())) {
            throw new ConfigurationException("%s has %d class names, the network has %d classes"
                    .formatted(
                            labels,
                            labelNames().orElseThrow().size(),
                            model.card().labels().size()));
        }
        ModelExport.write(model, output);
        return Conclusion.done("%s, %d classes, %d tensors%nModel: %s"
                .formatted(
                        model.card().spec().architecture(),
                        model.card().labels().size(),
                        model.weights().size(),
                        output));
    }

    private Optional<List<String>> labelNames() {
        if (labels == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readAllLines(labels, StandardCharsets.UTF_8).stream()
                    .filter(line -> !line.isBlank())
                    .toList());
        } catch (IOException e) {
            throw new ConfigurationException("Cannot read the class names in %s: %s".formatted(labels, e), e);
        }
    }
}
