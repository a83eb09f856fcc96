/** Kernels on oneDNN primitives: created once per shape, run straight on the memory of ND4J arrays. */
package io.resnetspark.model.kernel.onednn;
