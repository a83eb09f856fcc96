/**
 * Residual networks as stages of Spark ML pipelines: an estimator, its model and a featurizer over DataFrames, on the same
 * preparation, training and inference as the commands.
 *
 * <p>PySpark derives the Python module of a stage from the name of its Java class, and {@code io} is a module of Python
 * itself: this package is the only one that is also a Python module, so its name starts with no {@code io}.
 */
@NullMarked
package resnetspark.ml;

import org.jspecify.annotations.NullMarked;
