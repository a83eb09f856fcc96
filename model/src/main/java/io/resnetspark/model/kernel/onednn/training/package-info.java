/** Training programs executed by oneDNN, in single precision or bfloat16: a step of the program is a few primitives. */
package io.resnetspark.model.kernel.onednn.training;
