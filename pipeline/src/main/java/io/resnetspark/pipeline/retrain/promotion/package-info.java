/** When a challenger takes the champion's place: pure judgement of what was measured. */
package io.resnetspark.pipeline.retrain.promotion;
