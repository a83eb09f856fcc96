package io.resnetspark.model.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import io.resnetspark.model.kernel.InferenceProgram;
import io.resnetspark.model.kernel.PreparedNetwork;
import io.resnetspark.model.kernel.StraightNetwork;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A network whose weights are packed once in each layout that its programs ask for. Programs with equal batches and threads
 * ask for the same layouts; primitives only read weights, so threads can share them.
 */
final class OneDnnNetwork implements PreparedNetwork {

    /** Parameters in one layout. */
    private record Packed(memory.desc layout, memory values) {}

    private final StraightNetwork network;
    private final Map<float[], List<Packed>> packed = new IdentityHashMap<>();

    OneDnnNetwork(StraightNetwork network) {
        this.network = network;
    }

    @Override
    public InferenceProgram program(int largestBatch) {
        return new OneDnnInference(network, this, largestBatch);
    }

    /** Parameters as a primitive wants them; they stay this network's. */
    synchronized memory parameters(float[] values, memory.desc plain, memory.desc wanted) {
        List<Packed> layouts = packed.computeIfAbsent(values, key -> new ArrayList<>());
        for (Packed known : layouts) {
            if (known.layout().equals(wanted)) {
                return known.values();
            }
        }
        Packed fresh = new Packed(wanted, new memory(wanted, OneDnn.CPU));
        try (FloatPointer source = new FloatPointer(values)) {
            Call.reorder(plain, wanted)
                    .fixed(DNNL_ARG_FROM, new memory(plain, OneDnn.CPU, source))
                    .fixed(DNNL_ARG_TO, fresh.values())
                    .run();
        }
        layouts.add(fresh);
        return fresh.values();
    }

    @Override
    public synchronized void close() {
        packed.values()
                .forEach(layouts -> layouts.forEach(layout -> layout.values().close()));
        packed.clear();
    }
}
