/** How far new images are from those a model was trained on. */
package io.resnetspark.pipeline.retrain.drift;
