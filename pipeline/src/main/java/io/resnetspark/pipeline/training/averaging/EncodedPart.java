package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.pipeline.training.worker.WorkerReport;
import java.io.Serializable;
import java.util.List;

/**
 * One worker's part of one slice as it is sent: how far the worker moved since the round began.
 *
 * @param worker who made it
 * @param examples its weight: images the worker trained in this round
 * @param vectors the slice of the parameters, then of each optimiser vector
 * @param report what the worker did; only with the first slice
 */
public record EncodedPart(int worker, long examples, List<EncodedVector> vectors, List<WorkerReport> report)
        implements Serializable {

    SlicePart decode() {
        return new SlicePart(
                worker, examples, vectors.stream().map(EncodedVector::decode).toArray(float[][]::new), report);
    }
}
