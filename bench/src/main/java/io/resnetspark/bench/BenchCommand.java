package io.resnetspark.bench;

import io.resnetspark.bench.accuracy.AccuracyCommand;
import io.resnetspark.bench.averaging.AveragingCommand;
import io.resnetspark.bench.images.ImageCountCommand;
import io.resnetspark.bench.prediction.PredictionCommand;
import io.resnetspark.bench.primitive.PrimitivesCommand;
import io.resnetspark.bench.process.Task;
import io.resnetspark.bench.report.BenchmarkReport;
import io.resnetspark.bench.report.JsonOption;
import io.resnetspark.bench.report.ResultTable;
import io.resnetspark.bench.resources.InputCommand;
import io.resnetspark.bench.resources.MemoryCommand;
import io.resnetspark.bench.schedule.SideBySide;
import io.resnetspark.bench.workload.Mode;
import io.resnetspark.bench.workload.Network;
import io.resnetspark.bench.workload.SystemUnderTest;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.error.ResNetSparkException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code resnet bench}: this project, stock DL4J and PyTorch side by side; other measurements are subcommands. */
@Command(
        name = "resnet bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {
            AccuracyCommand.class,
            AveragingCommand.class,
            ImageCountCommand.class,
            InputCommand.class,
            MemoryCommand.class,
            PredictionCommand.class,
            PrimitivesCommand.class
        },
        description = "Measures training steps and inference of this project next to stock DL4J and PyTorch.",
        footer = {
            "",
            "Example: resnet bench --json bench.json --networks resnet18 --systems ours,djl-pytorch",
            "         resnet bench --systems ours,pytorch --python venv/bin/python",
            "         resnet bench --modes infer --systems ours-bf16,openvino --python venv/bin/python",
            "         resnet bench primitives --help"
        })
public final class BenchCommand implements Callable<Integer> {

    private static final int FAILURE = 1;
    private static final int USAGE = 2;

    @Spec
    private CommandSpec spec;

    @Mixin
    private JsonOption json;

    @Option(
            names = "--systems",
            split = ",",
            defaultValue = "ours,dl4j,dl4j-onednn,djl-pytorch",
            description =
                    "Of ours (in the precision this processor is fastest in), ours-fp32, ours-bf16, ours-int8, dl4j,"
                            + " dl4j-onednn, djl-pytorch and, called by Python: pytorch (all of pytorch-fp32, pytorch-bf16,"
                            + " pytorch-fp32-compiled, pytorch-bf16-compiled), openvino (openvino-fp32, openvino-bf16,"
                            + " openvino-int8, openvino-int8-nncf), onnxruntime (onnxruntime-fp32, onnxruntime-int8)."
                            + " Default: ${DEFAULT-VALUE}.")
    private List<String> systems;

    @Option(
            names = "--python",
            paramLabel = "PROGRAM",
            defaultValue = "python3",
            description = "A Python that has the library of the system it calls. Default: ${DEFAULT-VALUE}.")
    private String python;

    @Option(
            names = "--networks",
            split = ",",
            defaultValue = "cifar-resnet20@32,resnet18@224,cifar-resnet56@32,resnet50@224",
            description = "Default: ${DEFAULT-VALUE}.")
    private List<Network> networks;

    @Option(names = "--modes", split = ",", defaultValue = "train,infer", description = "Default: ${DEFAULT-VALUE}.")
    private List<Mode> modes;

    @Option(names = "--threads", paramLabel = "N", description = "Of every system. Default: the available cores.")
    private Integer threads;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Images in a step. Default: 128 for CIFAR networks, 16 for ResNet-18, 8 for ResNet-50.")
    private Integer batchSize;

    @Option(
            names = "--repetitions",
            paramLabel = "N",
            defaultValue = "5",
            description = "Of which the median is taken; slow systems get fewer. Default: ${DEFAULT-VALUE}.")
    private int repetitions;

    @Option(
            names = "--warm-up-seconds",
            paramLabel = "S",
            defaultValue = "4",
            description = "Of every system, after its first step. Default: ${DEFAULT-VALUE}.")
    private double warmUpSeconds;

    @Option(
            names = "--step-limit-seconds",
            paramLabel = "S",
            defaultValue = "60",
            description = "A system whose first step takes longer is left out. Default: ${DEFAULT-VALUE}.")
    private long stepLimitSeconds;

    @Option(
            names = "--budget-minutes",
            paramLabel = "M",
            defaultValue = "18",
            description =
                    "Repetitions get shorter, and slow systems are left out, to end in time. Default: ${DEFAULT-VALUE}.")
    private double budgetMinutes;

    /** Exits with 0 if there are results, 1 if there are none or something failed, 2 for wrong usage. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new BenchCommand());
        commandLine.registerConverter(Network.class, BenchCommand::network);
        commandLine.registerConverter(Mode.class, BenchCommand::mode);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler((exception, line, result) -> {
            if (exception instanceof ResNetSparkException || exception instanceof IOException) {
                line.getErr().println("resnet: " + exception.getMessage());
            } else {
                exception.printStackTrace(line.getErr());
            }
            return exception instanceof ConfigurationException ? USAGE : FAILURE;
        });
        return commandLine;
    }

    private static Network network(String label) {
        return converted(() -> Network.named(label));
    }

    private static Mode mode(String label) {
        return converted(() -> Mode.named(label));
    }

    private static <T> T converted(Callable<T> conversion) {
        try {
            return conversion.call();
        } catch (Exception e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    @Override
    public Integer call() throws IOException {
        BenchmarkReport report = new Benchmark(chosenSystems(), tasks(), settings(), budgetMinutes * 60, python).run();
        spec.commandLine().getOut().print(ResultTable.of(report));
        spec.commandLine().getOut().flush();
        json.write(report);
        return report.results().isEmpty() ? FAILURE : 0;
    }

    private List<SystemUnderTest> chosenSystems() {
        return systems.stream()
                .flatMap(name -> SystemUnderTest.named(name).stream())
                .distinct()
                .toList();
    }

    private List<Task> tasks() {
        int used = Optional.ofNullable(threads).orElse(Runtime.getRuntime().availableProcessors());
        if (used < 1 || (batchSize != null && batchSize < 1)) {
            throw new ConfigurationException("--threads and --batch-size must be at least 1");
        }
        return networks.stream()
                .flatMap(network -> modes.stream()
                        .map(mode -> new Task(
                                network, mode, Optional.ofNullable(batchSize).orElse(network.batch()), used)))
                .toList();
    }

    private SideBySide.Settings settings() {
        if (repetitions < 1 || warmUpSeconds < 0 || stepLimitSeconds < 1 || budgetMinutes <= 0) {
            throw new ConfigurationException(
                    "--repetitions, --step-limit-seconds and --budget-minutes must be positive,"
                            + " --warm-up-seconds at least 0");
        }
        return new SideBySide.Settings(repetitions, warmUpSeconds, Duration.ofSeconds(stepLimitSeconds));
    }
}
