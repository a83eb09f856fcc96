/**
 * How layers compute. One interface, {@link io.resnetspark.model.kernel.Kernels}, and two implementations: oneDNN
 * primitives on x86-64 CPUs and ND4J operations elsewhere. Nothing outside this package knows which one runs.
 *
 * <p>Activations are channels-last float arrays {@code [N, H, W, C]}, contiguous in row-major order; convolution weights
 * are {@code [outChannels, inChannels, kernel, kernel]} as PyTorch stores them.
 */
package io.resnetspark.model.kernel;
