/**
 * Weights in and out without Python: PyTorch checkpoints and safetensors read into a {@link
 * io.resnetspark.model.weights.StateDict} with torchvision's names, safetensors written, pretrained files downloaded.
 * Nothing a file says is executed, and memory stays within a small multiple of the file's size.
 */
@NullMarked
package io.resnetspark.model.weights;

import org.jspecify.annotations.NullMarked;
