package io.resnetspark.model.gpu.device;

import io.resnetspark.model.program.Element;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A convolution with its algorithms in the order in which they are to be used: one that is refused is not asked again. */
public final class TunedConvolution implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TunedConvolution.class);

    private final ConvolutionShape shape;
    private final DeviceConvolution convolution;
    private final Map<Direction, List<Algorithm>> ranked = new EnumMap<>(Direction.class);
    private final long workspaceBytes;

    /**
     * @param convolution closed with this
     * @param ranked the best first, at least one for each direction that will be run
     */
    TunedConvolution(ConvolutionShape shape, DeviceConvolution convolution, Map<Direction, List<Algorithm>> ranked) {
        this.shape = shape;
        this.convolution = convolution;
        this.workspaceBytes = ranked.values().stream()
                .mapToLong(algorithms -> algorithms.get(0).workspaceBytes())
                .max()
                .orElse(0);
        ranked.forEach((direction, algorithms) -> {
            Element result = algorithms.get(0).result(); // which decides where it goes
            this.ranked.put(
                    direction,
                    new ArrayList<>(algorithms.stream()
                            .filter(algorithm ->
                                    algorithm.workspaceBytes() <= workspaceBytes && algorithm.result() == result)
                            .toList()));
        });
    }

    /** Scratch memory that each call needs. */
    public long workspaceBytes() {
        return workspaceBytes;
    }

    public Map<Direction, List<Algorithm>> ranked() {
        return ranked;
    }

    /** Type of what a direction writes. */
    Element result(Direction direction) {
        return ranked.get(direction).get(0).result();
    }

    public void forward(long input, long weight, long output, long workspace, Accumulate accumulate) {
        run(Direction.FORWARD, input, weight, output, workspace, accumulate);
    }

    void inputGradient(long outputGradient, long weight, long inputGradient, long workspace, Accumulate accumulate) {
        run(Direction.INPUT_GRADIENT, outputGradient, weight, inputGradient, workspace, accumulate);
    }

    void weightGradient(long input, long outputGradient, long weightGradient, long workspace) {
        run(Direction.WEIGHT_GRADIENT, input, outputGradient, weightGradient, workspace, Accumulate.REPLACE);
    }

    private void run(Direction direction, long first, long second, long result, long workspace, Accumulate accumulate) {
        List<Algorithm> left = ranked.get(direction);
        while (true) {
            try {
                convolution.run(direction, left.get(0), first, second, result, workspace, accumulate);
                return;
            } catch (AlgorithmRefusedException e) {
                if (left.size() == 1) {
                    throw new IllegalStateException(
                            "The device has no algorithm left for the %s of a convolution %s"
                                    .formatted(direction, shape),
                            e);
                }
                LOG.warn("{}; the next algorithm takes its place", e.getMessage());
                left.remove(0);
            }
        }
    }

    @Override
    public void close() {
        convolution.close();
    }
}
