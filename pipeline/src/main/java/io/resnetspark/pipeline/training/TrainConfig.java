package io.resnetspark.pipeline.training;

import io.resnetspark.pipeline.storage.Flattened;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.Serializable;

/**
 * A training: one section of the configuration, in parts by concern.
 *
 * @param dataset what is trained on
 * @param model what is trained
 * @param averaging how workers train it together
 * @param optimization how each of them descends
 * @param compute what they compute with
 * @param run where it is kept
 * @param seed of initial weights, order and augmentation
 * @param onDivergence what happens when the loss explodes
 */
@RecordBuilder
public record TrainConfig(
        @Flattened DatasetConfig dataset,
        @Flattened ModelConfig model,
        @Flattened AveragingConfig averaging,
        @Flattened OptimizationConfig optimization,
        @Flattened ComputeConfig compute,
        @Flattened RunConfig run,
        long seed,
        OnDivergence onDivergence)
        implements TrainConfigBuilder.With, Serializable {}
