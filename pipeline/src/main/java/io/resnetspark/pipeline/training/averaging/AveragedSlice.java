package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.model.training.SentVectors;
import io.resnetspark.pipeline.training.worker.WorkerReport;
import java.io.Serializable;
import java.util.List;

/**
 * An averaged slice.
 *
 * @param number of the slice
 * @param vectors the slice of the parameters, then of each optimiser vector
 * @param reports what each worker did, by worker; only with the first slice
 */
public record AveragedSlice(int number, float[][] vectors, List<WorkerReport> reports) implements Serializable {

    private Object writeReplace() {
        return new Sent(number, new SentVectors(vectors), reports);
    }

    private record Sent(int number, SentVectors vectors, List<WorkerReport> reports) implements Serializable {
        private Object readResolve() {
            return new AveragedSlice(number, vectors.vectors(), reports);
        }
    }
}
