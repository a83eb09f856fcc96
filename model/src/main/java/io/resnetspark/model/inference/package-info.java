/** Networks as classifiers: folded into straight-line code and run by the kernels of the process. */
package io.resnetspark.model.inference;
