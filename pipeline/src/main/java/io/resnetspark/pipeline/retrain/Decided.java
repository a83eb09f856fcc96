package io.resnetspark.pipeline.retrain;

import io.resnetspark.pipeline.retrain.promotion.PromotionDecision;

/** The decision as it is recorded. */
record Decided(PromotionDecision decision) {}
