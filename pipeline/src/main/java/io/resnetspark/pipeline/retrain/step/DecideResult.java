package io.resnetspark.pipeline.retrain.step;

import io.resnetspark.pipeline.retrain.promotion.PromotionDecision;

/** The decision as it is recorded. */
public record DecideResult(PromotionDecision decision) {}
