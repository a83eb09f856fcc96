package io.resnetspark.bench.primitive;

import io.resnetspark.bench.report.JsonOption;
import io.resnetspark.bench.report.Machine;
import io.resnetspark.bench.workload.Network;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.ComputeThreads;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.onednn.OneDnnKernels;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.TrainingPrecision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code resnet bench primitives}: every kernel of a training step, in each precision. */
@Command(
        name = "primitives",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Times every kernel of a training step, in each precision that the processor trains in, as a share of"
                        + " what it can do at most: a large matrix product in that precision, a large copy.",
        footer = {"", "Example: resnet bench primitives --networks resnet18 --json primitives.json"})
public final class PrimitivesCommand implements Callable<Integer> {

    @Mixin
    private JsonOption json;

    @Option(
            names = "--networks",
            split = ",",
            defaultValue = "resnet18@224,cifar-resnet20@32",
            description = "Default: ${DEFAULT-VALUE}.")
    private List<String> networks;

    @Option(names = "--threads", paramLabel = "N", description = "Default: the available cores.")
    private Integer threads;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "10",
            description = "Of each network in each precision. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    /** The JSON. */
    record Report(Machine machine, Map<String, Ceiling> ceilings, List<KernelTime> kernels) {}

    @Override
    public Integer call() throws IOException {
        Kernels kernels = Kernels.ofThisProcess();
        if (!(kernels instanceof OneDnnKernels)) {
            throw new ConfigurationException(
                    "The kernels of oneDNN are measured, but here computes " + kernels.description());
        }
        Machine machine = Machine.ofThisProcess();
        int used = Optional.ofNullable(threads).orElse(machine.cores());
        ComputeThreads.use(used);
        Map<TrainingPrecision, Ceiling> ceilings = new EnumMap<>(TrainingPrecision.class);
        Stream.of(TrainingPrecision.values())
                .filter(kernels::trainsIn)
                .forEach(precision -> ceilings.put(precision, Ceiling.measure(precision, seconds / 5, used)));
        ceilings.forEach((precision, ceiling) -> System.out.printf(
                Locale.ROOT,
                "%s: at most %.0f GFLOP/s, %.1f GB/s%n",
                precision.label(),
                ceiling.flops() / 1e9,
                ceiling.bytes() / 1e9));
        List<KernelTime> all = new ArrayList<>();
        for (String name : networks) {
            Network network = Network.named(name);
            List<List<KernelTime>> columns = new ArrayList<>();
            ceilings.forEach((precision, ceiling) -> columns.add(measure(network, precision, ceiling)));
            print(network, columns);
            columns.forEach(all::addAll);
        }
        Map<String, Ceiling> named = new TreeMap<>();
        ceilings.forEach((precision, ceiling) -> named.put(precision.label(), ceiling));
        json.write(new Report(machine, named, all));
        return 0;
    }

    private List<KernelTime> measure(Network network, TrainingPrecision precision, Ceiling ceiling) {
        Program program = ResNet.program(network.spec());
        MemoryPlan plan = MemoryPlan.training(program, precision.maps());
        try (StepProfile profile = StepProfile.open(program, precision, network.batch())) {
            return KernelTime.of(
                    network.label(), precision.label(), profile.measure(seconds), plan, network.batch(), ceiling);
        }
    }

    /** A row for each kernel, with a pair of columns for each precision: milliseconds and share of the ceiling. */
    private static void print(Network network, List<List<KernelTime>> columns) {
        StringBuilder head = new StringBuilder("| %s, batch %d | steps |".formatted(network.label(), network.batch()));
        StringBuilder rule = new StringBuilder("|---|---|");
        for (List<KernelTime> column : columns) {
            head.append(" %1$s forward, ms | of ceiling | %1$s backward, ms | of ceiling |"
                    .formatted(column.get(0).precision()));
            rule.append("---|---|---|---|");
        }
        System.out.println();
        System.out.println(head);
        System.out.println(rule);
        for (int row = 0; row < columns.get(0).size(); row++) {
            KernelTime first = columns.get(0).get(row);
            StringBuilder line = new StringBuilder("| %s | %d |".formatted(first.kernel(), first.steps()));
            for (List<KernelTime> column : columns) {
                KernelTime time = column.get(row);
                line.append(cells(time.forwardMillis(), time.forwardShare()));
                line.append(cells(time.backwardMillis(), time.backwardShare()));
            }
            System.out.println(line);
        }
        StringBuilder sum = new StringBuilder("| all | |");
        for (List<KernelTime> column : columns) {
            sum.append(String.format(
                    Locale.ROOT,
                    " %.1f | | %.1f | |",
                    column.stream().mapToDouble(KernelTime::forwardMillis).sum(),
                    column.stream().mapToDouble(KernelTime::backwardMillis).sum()));
        }
        System.out.println(sum);
    }

    private static String cells(double millis, double share) {
        return share == 0 ? " | |" : String.format(Locale.ROOT, " %.2f | %.0f %% |", millis, 100 * share);
    }
}
