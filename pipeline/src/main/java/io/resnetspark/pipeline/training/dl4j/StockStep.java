package io.resnetspark.pipeline.training.dl4j;

import io.resnetspark.model.training.StepResult;
import java.io.Serializable;

/**
 * A minibatch that a worker of the stock master trained.
 *
 * @param partition the worker's partition of the round's data
 */
public record StockStep(int partition, StepResult result, long nanos) implements Serializable {}
