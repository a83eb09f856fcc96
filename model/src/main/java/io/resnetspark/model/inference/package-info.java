/** Networks as classifiers: folded programs run by the kernels of the process. */
@NullMarked
package io.resnetspark.model.inference;

import org.jspecify.annotations.NullMarked;
