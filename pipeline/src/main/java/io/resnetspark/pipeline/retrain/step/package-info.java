/** The steps of a cycle: prepare, assess, train a challenger, judge it beside the champion, decide, register. */
package io.resnetspark.pipeline.retrain.step;
