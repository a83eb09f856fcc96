package io.resnetspark.pipeline.retrain.promotion;

import java.util.Optional;

/**
 * What a promotion is decided on.
 *
 * @param test the trial on the frozen test split
 * @param fresh the trial on new images that nobody was trained on; empty where there are none
 * @param speed how long the models take
 */
public record PromotionEvidence(Trial test, Optional<Trial> fresh, Speed speed) {}
