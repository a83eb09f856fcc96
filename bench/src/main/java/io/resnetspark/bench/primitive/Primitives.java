package io.resnetspark.bench.primitive;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code resnet bench primitives}: every primitive of ResNet-18 and ResNet-20 with its rate, next to the rates of a large
 * matrix product and a large copy in the same run. A primitive whose arrays fit into a cache can pass the copy's rate.
 */
@Command(
        name = "resnet bench primitives",
        mixinStandardHelpOptions = true,
        description = "Measures convolutions, batch norm + ReLU and add + ReLU against the machine's ceilings.",
        footer = {"", "Example: resnet bench primitives --include Convolution --seconds 1"})
public final class Primitives implements Callable<Integer> {

    /** System property of a fork: the threads its kernels use. */
    static final String THREADS = "resnet.bench.threads";

    @Option(names = "--include", paramLabel = "REGEX", defaultValue = "", description = "Which ones. Default: all.")
    private String include;

    @Option(names = "--threads", paramLabel = "N", description = "Default: the available cores.")
    private Integer threads;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "0.5",
            description = "Of each of two warm-ups and three measurements. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Primitives()).execute(arguments));
    }

    @Override
    public Integer call() throws RunnerException {
        Collection<RunResult> ceilings = run("CeilingBenchmark");
        Collection<RunResult> primitives = run("(?!.*Ceiling).*" + include);
        Map<Rate.Kind, Double> most = new EnumMap<>(Rate.Kind.class);
        System.out.println();
        for (RunResult result : ceilings) {
            Rate rate = rate(result);
            most.put(rate.kind(), rate.perSecond());
            System.out.printf(
                    "%-66s %9.1f %s%n",
                    "ceiling: " + name(result), rate.perSecond(), rate.kind().unit());
        }
        for (RunResult result : primitives) {
            Rate rate = rate(result);
            System.out.printf(
                    "%-38s %-27s %9.1f %-7s %5.0f %% of the ceiling  %8.3f ms%n",
                    name(result),
                    shape(result).orElse(""),
                    rate.perSecond(),
                    rate.kind().unit(),
                    100 * rate.perSecond() / most.get(rate.kind()),
                    1e3 * result.getPrimaryResult().getScore());
        }
        return 0;
    }

    private Collection<RunResult> run(String pattern) throws RunnerException {
        int used = Optional.ofNullable(threads).orElse(Runtime.getRuntime().availableProcessors());
        TimeValue time = TimeValue.milliseconds(Math.max(1, Math.round(1000 * seconds)));
        Options options = new OptionsBuilder()
                .include(Primitives.class.getPackageName().replace(".", "\\.") + "\\." + pattern)
                .forks(1)
                .warmupIterations(2)
                .warmupTime(time)
                .measurementIterations(3)
                .measurementTime(time)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .jvmArgs(List.of("-Xmx2g", "-D" + THREADS + "=" + used).toArray(String[]::new))
                .build();
        return new Runner(options).run();
    }

    private static Rate rate(RunResult result) {
        return Rate.of(name(result), shape(result), result.getPrimaryResult().getScore());
    }

    /** Class and method. */
    private static String name(RunResult result) {
        String name = result.getParams().getBenchmark();
        return name.substring(Primitives.class.getPackageName().length() + 1);
    }

    private static Optional<String> shape(RunResult result) {
        return Optional.ofNullable(result.getParams().getParam("shape"));
    }
}
