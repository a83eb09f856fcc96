package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.ArchitectureNames;
import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkName;
import io.resnetspark.model.NetworkTable;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.StateDictMatcher;
import io.resnetspark.model.weights.StateDictMatcher.HeadPolicy;
import io.resnetspark.pipeline.gallery.NetworkPages;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.Location;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code resnet inspect}: the layers of a network, and whether a file of weights fits it. */
@Command(
        name = "inspect",
        description = "Prints a network's layers: name, output shape, parameters, multiply-accumulates; and totals.",
        footer = {
            "",
            "Example: resnet inspect --arch resnet50 --classes 2 --html resnet50.html",
            "         resnet inspect --all --html gallery"
        })
final class InspectCommand extends JobCommand {

    @Option(
            names = "--arch",
            paramLabel = "NAME",
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
            description = "Also check that the weights fit the network: a file or folder by path or URI.")
    private String weights;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Also draw the network into a page; with --all, a directory of pages.")
    private String html;

    @Option(names = "--all", description = "Every named network, drawn into the directory --html.")
    private boolean all;

    @Override
    protected Conclusion run(Job job) {
        if (all) {
            return drawAll(job);
        }
        if (architecture == null) {
            throw new ConfigurationException("Name a network with --arch, or draw --all of them into --html DIR");
        }
        ResNetSpec spec = varied(NetworkName.parse(architecture).spec());
        NetworkTable table = NetworkTable.of(spec);
        job.print(header());
        table.rows().forEach(row -> job.print(line(row)));
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
        totals += String.format(
                Locale.ROOT,
                "%nTraining keeps %.1f MiB an image in fp32, %.1f MiB in bf16; this machine trains in %s unless told otherwise",
                mebibytesPerImage(spec, TrainingPrecision.FP32),
                mebibytesPerImage(spec, TrainingPrecision.BF16),
                Kernels.ofThisProcess().defaultPrecision().label());
        if (html != null) {
            String page = absolute(html);
            int slash = page.lastIndexOf('/');
            AtomicStore.at(page.substring(0, Math.max(1, slash)), job.hadoopConfiguration())
                    .replaceText(page.substring(slash + 1), NetworkPages.page(spec));
            totals += "%nPage: %s".formatted(page);
        }
        return Conclusion.done(
                weights == null ? totals : totals + System.lineSeparator() + fit(spec, job.hadoopConfiguration()));
    }

    /** Maps and their gradients, as the kernels that train whole programs lay them out. */
    private static double mebibytesPerImage(ResNetSpec spec, TrainingPrecision precision) {
        return MemoryPlan.training(ResNet.program(spec), precision.maps()).bytesPerImage() / (double) (1 << 20);
    }

    /** A URI as it is, a path on this machine from its root. */
    private static String absolute(String file) {
        return Location.parse(file).toUri().getScheme() == null
                ? Path.of(file).toAbsolutePath().toString()
                : file;
    }

    private Conclusion drawAll(Job job) {
        if (html == null) {
            throw new ConfigurationException("--all draws pages; name their directory with --html DIR");
        }
        List<ResNetSpec> specs = Arrays.stream(Architecture.values())
                .map(each -> varied(each.spec()))
                .toList();
        String index = NetworkPages.writeAll(AtomicStore.at(html, job.hadoopConfiguration()), specs);
        return Conclusion.done("Drew %d networks: %s".formatted(specs.size(), index));
    }

    /** With the classes and the input that the options ask for. */
    private ResNetSpec varied(ResNetSpec published) {
        ResNetSpec spec = classes == null ? published : published.withClasses(classes);
        return spec.withInput(
                channels == null ? spec.channels() : channels, inputSize == null ? spec.inputSize() : inputSize);
    }

    private String fit(ResNetSpec spec, Configuration hadoop) {
        StateDict read = ModelSource.weights(weights, hadoop);
        Map<String, long[]> expected = new LinkedHashMap<>();
        for (ParameterLayout.Segment segment :
                ParameterLayout.of(ResNet.create(spec, 0)).segments()) {
            expected.put(
                    segment.key(),
                    segment.shape().stream().mapToLong(Long::longValue).toArray());
        }
        StateDictMatcher.match(expected, read, HeadPolicy.REQUIRE, weights);
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
