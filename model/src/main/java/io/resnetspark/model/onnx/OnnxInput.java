package io.resnetspark.model.onnx;

/** What an ONNX model takes: images resized and cropped to the network's size, in either of two forms. */
public enum OnnxInput {
    /** Normalised float32 {@code [N, C, H, W]}, as PyTorch's exports take them. */
    FLOAT32,
    /** Pixels as decoders give them, uint8 {@code [N, H, W, C]}; the graph normalises them. */
    UINT8
}
