package io.resnetspark.pipeline.retrain.step;

import io.resnetspark.pipeline.dataset.RunCounts;
import io.resnetspark.pipeline.retrain.TestSet;
import java.util.List;
import java.util.Optional;

/**
 * What became of new batches.
 *
 * @param datasetVersion the version that the whole cycle works on
 * @param classes class names by label
 * @param testSet the frozen test split, checked against what it was when it was frozen
 * @param batches in the order they were prepared
 */
public record PrepareResult(int datasetVersion, List<String> classes, TestSet testSet, List<PreparedBatch> batches) {

    /**
     * @param name of the batch
     * @param signature what it looked like
     * @param versions the dataset versions it added, usually one; none if it was refused or had nothing new
     * @param counts what was seen in it; empty if it was refused before it was read
     * @param refusal why none of it was taken; empty if it was
     */
    public record PreparedBatch(
            String name,
            String signature,
            List<Integer> versions,
            Optional<RunCounts> counts,
            Optional<String> refusal) {}

    public PrepareResult {
        classes = List.copyOf(classes);
        batches = List.copyOf(batches);
    }
}
