/** What Spark and the reading of images leave of a network's speed when many images are predicted or judged. */
package io.resnetspark.bench.prediction;
