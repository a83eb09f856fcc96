/**
 * The DL4J layers and vertices residual networks are made of. Each has a configuration (public, serialised with the graph)
 * and an implementation (package-private) that asks {@link io.resnetspark.model.kernel.Kernels} to compute.
 *
 * <p>Parameters carry PyTorch's names and layouts ({@code weight}, {@code bias}, {@code running_mean}, {@code running_var}),
 * so that vertex name and parameter name together are the key of a torchvision state dict.
 */
package io.resnetspark.model.layer;
