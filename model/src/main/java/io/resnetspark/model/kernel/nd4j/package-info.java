/** Kernels on ND4J operations: any ND4J backend, and the oracle for the fast ones. */
package io.resnetspark.model.kernel.nd4j;
