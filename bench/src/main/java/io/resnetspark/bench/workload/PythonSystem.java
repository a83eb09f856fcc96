package io.resnetspark.bench.workload;

import java.net.URISyntaxException;
import java.nio.file.Path;

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
    PYTORCH_BF16_COMPILED("pytorch", "bf16-compiled");

    private final String peer;
    private final String way;

    PythonSystem(String peer, String way) {
        this.peer = peer;
        this.way = way;
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
