/**
 * How layers and programs compute. {@link io.resnetspark.model.kernel.Kernels} is the interface; {@link
 * io.resnetspark.model.kernel.KernelsProvider} finds its implementations: oneDNN primitives on x86-64 CPUs, ND4J operations
 * elsewhere, cuDNN where asked for. Nothing outside knows which one runs.
 *
 * <p>Activations are channels-last float arrays {@code [N, H, W, C]}, contiguous in row-major order; convolution weights
 * are {@code [outChannels, inChannels, kernel, kernel]} as PyTorch stores them.
 */
package io.resnetspark.model.kernel;
