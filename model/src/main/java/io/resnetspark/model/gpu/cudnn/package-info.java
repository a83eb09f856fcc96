/**
 * Networks on NVIDIA GPUs by CUDA 13 and cuDNN 9. Convolutions are cuDNN's, matrix products cuBLAS's; everything else is
 * {@code kernels.cu}, compiled for the device when a process starts.
 *
 * <p>Only {@link io.resnetspark.model.gpu.cudnn.CudaDevice} and the classes it makes touch CUDA. What they offer is the
 * interface {@link io.resnetspark.model.gpu.device.Device}; what executes programs is written against that.
 */
package io.resnetspark.model.gpu.cudnn;
