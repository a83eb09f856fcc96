/**
 * NVIDIA devices: what the driver says of them, what keeps a process from computing on one, and how a thread is tied to one.
 * Nothing here opens CUDA before a {@link io.resnetspark.model.gpu.DeviceBinding} binds.
 */
package io.resnetspark.model.gpu;
