package io.resnetspark.bench.workload;

import io.resnetspark.model.program.InferencePrecision;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Peers that Python calls, each in the ways that people run it. A peer is a script beside this class that answers as {@code
 * WorkloadServer} does; what it imports has to be installed for the Python that runs it.
 */
public enum PythonSystem implements SystemUnderTest {
    /** Maps channels-last, operation after operation. */
    PYTORCH_FP32("pytorch", "fp32"),
    /** Likewise under {@code torch.autocast}. */
    PYTORCH_BF16("pytorch", "bf16"),
    /** By {@code torch.compile}. */
    PYTORCH_FP32_COMPILED("pytorch", "fp32-compiled"),
    PYTORCH_BF16_COMPILED("pytorch", "bf16-compiled"),
    /** Intel's runtime on this project's ONNX. */
    OPENVINO_FP32("openvino", "fp32", InferencePrecision.FP32),
    /** Likewise, told to compute in bfloat16. */
    OPENVINO_BF16("openvino", "bf16", InferencePrecision.FP32),
    /** On ONNX that this project quantised. */
    OPENVINO_INT8("openvino", "int8", InferencePrecision.INT8),
    /** Quantised by its own tool. */
    OPENVINO_INT8_NNCF("openvino", "int8-nncf", InferencePrecision.FP32),
    /** Microsoft's runtime, likewise. */
    ONNXRUNTIME_FP32("onnxruntime", "fp32", InferencePrecision.FP32),
    ONNXRUNTIME_INT8("onnxruntime", "int8", InferencePrecision.INT8);

    private final String peer;
    private final String way;
    private final InferencePrecision model;

    PythonSystem(String peer, String way) {
        this(peer, way, null);
    }

    PythonSystem(String peer, String way, InferencePrecision model) {
        this.peer = peer;
        this.way = way;
        this.model = model;
    }

    /** What reads this project's ONNX trains nothing. */
    @Override
    public boolean does(Mode mode) {
        return model == null || mode == Mode.INFER;
    }

    /**
     * Writes the network that it reads, if it does.
     *
     * @return a temporary file of ONNX
     */
    public Optional<Path> writeModel(SyntheticBatch batch) throws IOException {
        if (model == null) {
            return Optional.empty();
        }
        Path file = Files.createTempFile("resnet-bench-" + label() + "-", ".onnx");
        try (OutputStream out = Files.newOutputStream(file)) {
            Ours.writeOnnx(batch, model, out);
        }
        return Optional.of(file);
    }

    /** What all ways of one library are called together. */
    public String peer() {
        return peer;
    }

    /** Precision and the like; the script's first argument. */
    public String way() {
        return way;
    }

    @Override
    public String label() {
        return peer + "-" + way;
    }

    /** The peer's script, beside which lies what scripts share. */
    public Path script() {
        try {
            return Path.of(PythonSystem.class.getResource(peer + "_peer.py").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
