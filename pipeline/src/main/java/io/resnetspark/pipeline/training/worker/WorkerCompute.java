package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.program.TrainingPrecision;
import java.io.Serializable;

/**
 * What every worker computes with.
 *
 * @param kernels name and version of what computes, as the workers said
 * @param precision what networks are trained in
 * @param threads compute threads of each worker, at least 1
 */
public record WorkerCompute(String kernels, TrainingPrecision precision, int threads) implements Serializable {}
