package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.model.training.SentVectors;
import io.resnetspark.pipeline.training.worker.WorkerReport;
import java.io.Serializable;
import java.util.List;

/**
 * One worker's part of one slice, on its way to be averaged.
 *
 * @param worker who made it
 * @param examples its weight: images the worker trained in this round
 * @param vectors the slice of the parameters, then of each optimiser vector
 * @param report what the worker did; only with the first slice
 */
public record SlicePart(int worker, long examples, float[][] vectors, List<WorkerReport> report)
        implements Serializable {

    private Object writeReplace() {
        return new Sent(worker, examples, new SentVectors(vectors), report);
    }

    private record Sent(int worker, long examples, SentVectors vectors, List<WorkerReport> report)
            implements Serializable {
        private Object readResolve() {
            return new SlicePart(worker, examples, vectors.vectors(), report);
        }
    }
}
