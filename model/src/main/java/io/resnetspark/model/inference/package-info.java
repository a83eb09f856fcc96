/** Networks as classifiers: folded programs run by the kernels of the process. */
package io.resnetspark.model.inference;
