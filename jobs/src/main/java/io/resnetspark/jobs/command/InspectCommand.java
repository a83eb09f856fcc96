package io.resnetspark.jobs.command;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkTable;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.StateDictMatcher;
import io.resnetspark.model.weights.StateDictMatcher.HeadPolicy;
import io.resnetspark.model.weights.WeightsFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code resnet inspect}: the layers of a network, and whether a file of weights fits it. */
@Command(
        name = "inspect",
        description = "Prints a network's layers: name, output shape, parameters, multiply-accumulates; and totals.",
        footer = {"", "Example: resnet inspect --arch resnet50 --classes 2"})
final class InspectCommand extends JobCommand {

    @Option(
            names = "--arch",
            paramLabel = "NAME",
            required = true,
            description = "The network: ${COMPLETION-CANDIDATES}.",
            completionCandidates = ArchitectureNames.class)
    private String architecture;

    @Option(names = "--classes", paramLabel = "N", description = "Number of classes; default as published.")
    private Integer classes;

    @Option(
            names = "--input-size",
            paramLabel = "PIXELS",
            description = "Height and width of the images; default as published.")
    private Integer inputSize;

    @Option(names = "--channels", paramLabel = "N", description = "3 for colour (default), 1 for grey.")
    private Integer channels;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Also check that the .pth or .safetensors file fits the network.")
    private Path weights;

    @Override
    protected Conclusion run(Job job) {
        ResNetSpec spec = spec();
        NetworkTable table = NetworkTable.of(spec);
        job.say(header());
        table.rows().forEach(row -> job.say(line(row)));
        String totals = String.format(
                Locale.ROOT,
                "%s, %d classes, %d x %d x %d: %,d parameters, %,d multiply-accumulates an image",
                spec.architecture(),
                spec.classes(),
                spec.inputSize(),
                spec.inputSize(),
                spec.channels(),
                table.parameters(),
                table.multiplyAccumulates());
        return Conclusion.done(weights == null ? totals : totals + System.lineSeparator() + fit(spec));
    }

    private ResNetSpec spec() {
        ResNetSpec spec = Architecture.named(architecture).spec();
        if (classes != null) {
            spec = spec.withClasses(classes);
        }
        return spec.withInput(
                channels == null ? spec.channels() : channels, inputSize == null ? spec.inputSize() : inputSize);
    }

    private String fit(ResNetSpec spec) {
        StateDict read = WeightsFile.read(weights);
        Map<String, long[]> expected = new LinkedHashMap<>();
        for (ParameterLayout.Segment segment :
                ParameterLayout.of(ResNet.create(spec, 0)).segments()) {
            expected.put(
                    segment.key(),
                    segment.shape().stream().mapToLong(Long::longValue).toArray());
        }
        StateDictMatcher.match(expected, read, HeadPolicy.REQUIRE, weights.toString());
        return "%s fits: %d tensors".formatted(weights, expected.size());
    }

    private static String header() {
        return "%-26s %-20s %-16s %12s %16s".formatted("name", "layer", "output", "parameters", "MACs");
    }

    private static String line(NetworkTable.Row row) {
        return String.format(
                Locale.ROOT,
                "%-26s %-20s %-16s %,12d %,16d",
                row.name(),
                row.kind(),
                shape(row.outputShape()),
                row.parameters(),
                row.multiplyAccumulates());
    }

    /** Channels-last, as the network computes: {@code [56, 56, 64]}. */
    private static String shape(List<Long> shape) {
        return shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }
}
