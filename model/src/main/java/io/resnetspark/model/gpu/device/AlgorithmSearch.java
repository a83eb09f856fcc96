package io.resnetspark.model.gpu.device;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.program.Element;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the algorithms of a device's convolutions by running them: what a library proposes is a guess, and some of it may be
 * refused. Each shape is tried once in a process.
 *
 * <p>Algorithms of exact results come before those that round them, repeatable ones before others, whatever their speed; among
 * the first kind of which one works, the fastest wins.
 */
public final class AlgorithmSearch {

    private static final String SETTING = "resnet.cudnn.algorithms";

    private static final Logger LOG = LoggerFactory.getLogger(AlgorithmSearch.class);
    private static final long LARGEST_WORKSPACE = 1L << 30;
    private static final int TIMED_RUNS = 3;

    /** By how much a later proposal has to be faster than the first: else chance would choose. */
    private static final double MARGIN = 0.95;

    private static final Comparator<Algorithm> BY_KIND = Comparator.comparing(
                    (Algorithm algorithm) -> algorithm.result() != Element.FLOAT)
            .thenComparing(algorithm -> !algorithm.repeatable());

    private final Device device;
    private final boolean measures;
    private final Map<ConvolutionShape, Map<Direction, List<Algorithm>>> found = new HashMap<>();

    public AlgorithmSearch(Device device, Choice choice) {
        this.device = device;
        this.measures = choice == Choice.MEASURED;
    }

    /** Which of the algorithms that work is taken. */
    public enum Choice {
        /** The fastest; of those about as fast as the first, the first. */
        MEASURED,
        /** The library's first proposal, which is the same in every process. */
        PROPOSED;

        /** What the system property {@code resnet.cudnn.algorithms} asks for; measured if nothing. */
        public static Choice ofThisProcess() {
            String setting = System.getProperty(SETTING, "measured");
            return switch (setting) {
                case "measured" -> MEASURED;
                case "proposed" -> PROPOSED;
                default ->
                    throw new ConfigurationException(
                            "%s is \"%s\"; it can be measured or proposed".formatted(SETTING, setting));
            };
        }
    }

    /** A convolution whose algorithms for these directions have been tried. */
    public TunedConvolution convolution(ConvolutionShape shape, Set<Direction> directions) {
        DeviceConvolution convolution = device.convolution(shape);
        try {
            Map<Direction, List<Algorithm>> known = found.computeIfAbsent(shape, s -> new EnumMap<>(Direction.class));
            if (!known.keySet().containsAll(directions)) {
                try (Trial trial = new Trial(shape, convolution, directions)) {
                    for (Direction direction : directions) {
                        if (!known.containsKey(direction)) {
                            known.put(direction, trial.ranked(direction));
                        }
                    }
                }
            }
            Map<Direction, List<Algorithm>> wanted = new EnumMap<>(known);
            wanted.keySet().retainAll(directions);
            return new TunedConvolution(shape, convolution, wanted);
        } catch (RuntimeException | Error e) {
            convolution.close();
            throw e;
        }
    }

    /** The same for a smaller batch, untried: by the algorithms of the larger one that need no more memory. */
    public TunedConvolution smaller(ConvolutionShape shape, TunedConvolution larger) {
        DeviceConvolution convolution = device.convolution(shape);
        try {
            Map<Direction, List<Algorithm>> ranked = new EnumMap<>(Direction.class);
            larger.ranked()
                    .forEach((direction, algorithms) -> ranked.put(
                            direction,
                            fitting(
                                    shape,
                                    direction,
                                    convolution.algorithms(direction),
                                    algorithms,
                                    larger.workspaceBytes())));
            return new TunedConvolution(shape, convolution, ranked);
        } catch (RuntimeException | Error e) {
            convolution.close();
            throw e;
        }
    }

    private static List<Algorithm> fitting(
            ConvolutionShape shape,
            Direction direction,
            List<Algorithm> proposed,
            List<Algorithm> liked,
            long workspace) {
        Element result = liked.get(0).result(); // as the memory is laid out
        List<Algorithm> fitting = proposed.stream()
                .filter(algorithm -> algorithm.workspaceBytes() <= workspace && algorithm.result() == result)
                .sorted(Comparator.<Algorithm>comparingInt(algorithm -> rank(liked, algorithm))
                        .thenComparing(BY_KIND))
                .toList();
        if (fitting.isEmpty()) {
            throw new IllegalStateException("No algorithm for the %s of a convolution %s makes do with %d bytes"
                    .formatted(direction, shape, workspace));
        }
        return fitting;
    }

    private static int rank(List<Algorithm> liked, Algorithm algorithm) {
        for (int i = 0; i < liked.size(); i++) {
            if (liked.get(i).isLike(algorithm)) {
                return i;
            }
        }
        return liked.size();
    }

    /** Memory in which a convolution can be run. */
    private final class Trial implements AutoCloseable {

        private final ConvolutionShape shape;
        private final DeviceConvolution convolution;
        private final long input;
        private final long output;
        private final long weight;
        private final long workspace;
        private final long largestWorkspace;

        Trial(ConvolutionShape shape, DeviceConvolution convolution, Set<Direction> directions) {
            this.shape = shape;
            this.convolution = convolution;
            this.largestWorkspace = Math.min(LARGEST_WORKSPACE, device.freeBytes() / 4);
            long workspaceBytes = 0;
            for (Direction direction : directions) {
                for (Algorithm algorithm : proposed(direction)) {
                    workspaceBytes = Math.max(workspaceBytes, algorithm.workspaceBytes());
                }
            }
            long outputs = DeviceLayout.aligned(shape.inputBytes());
            long weights = outputs + DeviceLayout.aligned(shape.outputBytes());
            long scratch = weights + DeviceLayout.aligned(shape.weightLength() * Float.BYTES);
            input = device.allocate(scratch + workspaceBytes);
            output = input + outputs;
            weight = input + weights;
            workspace = input + scratch;
        }

        private List<Algorithm> proposed(Direction direction) {
            return convolution.algorithms(direction).stream()
                    .filter(algorithm -> algorithm.workspaceBytes() <= largestWorkspace)
                    .toList();
        }

        /** Those of the best kind that work, the fastest first, and then the untried ones of other kinds. */
        List<Algorithm> ranked(Direction direction) {
            List<String> refusals = new ArrayList<>();
            List<Algorithm> left =
                    new ArrayList<>(proposed(direction).stream().sorted(BY_KIND).toList());
            while (!left.isEmpty()) {
                Algorithm best = left.get(0);
                List<Algorithm> kind = left.stream()
                        .filter(algorithm -> BY_KIND.compare(algorithm, best) == 0)
                        .toList();
                left.removeAll(kind);
                List<Algorithm> working = working(direction, kind, refusals);
                if (!working.isEmpty()) {
                    warn(direction, working.get(0));
                    return working;
                }
            }
            throw new IllegalStateException("The device has no algorithm for the %s of a convolution %s: %s"
                    .formatted(direction, shape, refusals));
        }

        private List<Algorithm> working(Direction direction, List<Algorithm> kind, List<String> refusals) {
            Map<Algorithm, Double> seconds = new LinkedHashMap<>();
            for (Algorithm algorithm : kind) {
                try {
                    run(direction, algorithm);
                    double fastest = Double.POSITIVE_INFINITY;
                    for (int i = 0; measures && i < TIMED_RUNS; i++) {
                        fastest = Math.min(fastest, device.seconds(() -> run(direction, algorithm)));
                    }
                    seconds.put(algorithm, seconds.isEmpty() ? fastest * MARGIN : fastest);
                } catch (AlgorithmRefusedException e) {
                    refusals.add(e.getMessage());
                }
            }
            LOG.debug("Convolution {}, {}: seconds {}, refused {}", shape, direction, seconds, refusals);
            return seconds.entrySet().stream()
                    .sorted(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey)
                    .toList();
        }

        private void run(Direction direction, Algorithm algorithm) {
            switch (direction) {
                case FORWARD ->
                    convolution.run(direction, algorithm, input, weight, output, workspace, Accumulate.REPLACE);
                case INPUT_GRADIENT ->
                    convolution.run(direction, algorithm, output, weight, input, workspace, Accumulate.REPLACE);
                case WEIGHT_GRADIENT ->
                    convolution.run(direction, algorithm, input, output, weight, workspace, Accumulate.REPLACE);
            }
        }

        private void warn(Direction direction, Algorithm chosen) {
            if (!chosen.repeatable()) {
                LOG.warn(
                        "cuDNN has no algorithm of repeatable results for the {} of a convolution {}; runs of this training"
                                + " will differ by rounding",
                        direction,
                        shape);
            }
            if (direction == Direction.WEIGHT_GRADIENT && chosen.result() != Element.FLOAT) {
                LOG.warn("cuDNN rounds the weight's gradient of a convolution {} to {}", shape, chosen.result());
            }
        }

        @Override
        public void close() {
            device.free(input);
        }
    }
}
