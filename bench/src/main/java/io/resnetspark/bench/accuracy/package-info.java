/** How long a training takes to reach an accuracy, next to PyTorch by the same recipe. */
package io.resnetspark.bench.accuracy;
