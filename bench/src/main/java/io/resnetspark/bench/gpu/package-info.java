/** cuDNN's kernels on a GPU machine: against the CPU's, on real images, and their speed. Needs nothing but the model. */
package io.resnetspark.bench.gpu;
