package io.resnetspark.model.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import io.resnetspark.model.program.InferenceExecutor;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.PreparedProgram;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A program whose weights are packed once in each layout that its executors ask for. Executors with equal batches and threads
 * ask for the same layouts; primitives only read weights, so threads can share them.
 */
final class OneDnnProgram implements PreparedProgram {

    /** Parameters in one layout. */
    private record Packed(memory.desc layout, memory values) {}

    private final InferenceProgram program;
    private final Map<ParameterSlice, List<Packed>> packed = new HashMap<>();

    OneDnnProgram(InferenceProgram program) {
        this.program = program;
    }

    @Override
    public InferenceExecutor executor(int largestBatch) {
        return new OneDnnInference(program.program(), this, largestBatch);
    }

    /** Parameters as a primitive wants them; they stay this program's. */
    synchronized memory parameters(ParameterSlice slice, memory.desc plain, memory.desc wanted) {
        List<Packed> layouts = packed.computeIfAbsent(slice, key -> new ArrayList<>());
        for (Packed known : layouts) {
            if (known.layout().equals(wanted)) {
                return known.values();
            }
        }
        Packed fresh = new Packed(wanted, new memory(wanted, OneDnn.CPU));
        try (FloatPointer source = new FloatPointer(slice.of(program.parameters()))) {
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
