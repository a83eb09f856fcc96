package io.resnetspark.bench.resources;

import java.util.List;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * Memory of one training process.
 *
 * @param network architecture and input size, for example {@code resnet18@224}
 * @param precision for example {@code bf16}
 * @param peakBytes most resident memory, with everything: JVM, natives, code
 * @param startBytes resident before the network was built: the JVM and the libraries
 * @param neededBytes maps, parameters, input
 * @param mapBytes of these, maps and their gradients
 * @param heapBytes committed Java heap at the end
 * @param growthBytesPerThousandSteps slope of resident memory over the second half of the steps
 * @param samples over time
 */
public record MemoryResult(
        String network,
        int batchSize,
        String precision,
        long steps,
        long peakBytes,
        long startBytes,
        long neededBytes,
        long mapBytes,
        long heapBytes,
        double growthBytesPerThousandSteps,
        List<MemorySample> samples) {

    static double growth(List<MemorySample> samples) {
        SimpleRegression line = new SimpleRegression();
        samples.subList(samples.size() / 2, samples.size())
                .forEach(sample -> line.addData(sample.step(), sample.bytes()));
        return 1000 * line.getSlope();
    }
}
