package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.model.training.TrainingState;
import io.resnetspark.pipeline.training.worker.WorkerReport;
import java.util.Comparator;
import java.util.List;

/**
 * All slices of a round, as the driver received them.
 *
 * @param inOrder by their numbers
 */
public record AveragedSlices(List<AveragedSlice> inOrder) {

    static AveragedSlices of(List<AveragedSlice> unordered) {
        return new AveragedSlices(unordered.stream()
                .sorted(Comparator.comparingInt(AveragedSlice::number))
                .toList());
    }

    List<WorkerReport> reports() {
        return inOrder.get(0).reports();
    }

    /** The slices joined. */
    TrainingState state() {
        int length =
                inOrder.stream().mapToInt(slice -> slice.vectors()[0].length).sum();
        float[][] whole = new float[inOrder.get(0).vectors().length][length];
        int offset = 0;
        for (AveragedSlice slice : inOrder) {
            for (int i = 0; i < whole.length; i++) {
                System.arraycopy(slice.vectors()[i], 0, whole[i], offset, slice.vectors()[i].length);
            }
            offset += slice.vectors()[0].length;
        }
        return TrainingState.ofVectors(whole);
    }

    /** Of their values. */
    long bytes() {
        long values = 0;
        for (AveragedSlice slice : inOrder) {
            for (float[] vector : slice.vectors()) {
                values += vector.length;
            }
        }
        return Float.BYTES * values;
    }
}
