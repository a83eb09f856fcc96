/** Retraining by itself: what is new, a challenger, its trial against the champion, the decision and its report. */
package io.resnetspark.pipeline.retrain;
