/** What runs on executors and stays there: a network for each worker, its share of the images, minibatches, features. */
package io.resnetspark.pipeline.training.worker;
