package io.resnetspark.pipeline.retrain;

import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.evaluation.EvaluateConfig;
import io.resnetspark.pipeline.training.TrainConfig;

/**
 * All that one configuration file says about a retraining.
 *
 * @param retrain the workflow
 * @param prepare how batches become the dataset; its input is replaced by each batch
 * @param train how a challenger is trained; its data, weights and output are replaced
 * @param evaluate how models are judged
 */
public record RetrainSettings(
        RetrainConfig retrain, PrepareConfig prepare, TrainConfig train, EvaluateConfig evaluate) {}
