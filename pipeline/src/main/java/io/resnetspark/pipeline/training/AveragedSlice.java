package io.resnetspark.pipeline.training;

import java.io.Serializable;
import java.util.List;

/**
 * An averaged slice.
 *
 * @param number of the slice
 * @param vectors the slice of the parameters, then of each optimiser vector
 * @param reports what each worker did, by worker; only with the first slice
 */
record AveragedSlice(int number, float[][] vectors, List<WorkerReport> reports) implements Serializable {}
