package io.resnetspark.model.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import io.resnetspark.model.kernel.ComputeThreads;
import io.resnetspark.model.kernel.ParallelExecutor;
import io.resnetspark.model.program.InferenceExecutor;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.PreparedProgram;
import io.resnetspark.model.program.Quantization;
import io.resnetspark.model.program.Step.Convolution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A program whose weights are packed once in each layout that its executors ask for. Executors with equal batches and threads
 * ask for the same layouts; primitives only read weights, so threads can share them.
 */
final class OneDnnProgram implements PreparedProgram {

    /** Parameters in one layout. */
    private record Packed(memory.desc layout, memory values) {}

    private final InferenceProgram program;
    private final Map<ParameterSlice, List<Packed>> packed = new HashMap<>();
    private final Map<ParameterSlice, Quantization.Weights> quantized = new HashMap<>();

    OneDnnProgram(InferenceProgram program) {
        this.program = program;
    }

    @Override
    public InferenceExecutor executor(int largestBatch) {
        int threads = Math.min(ComputeThreads.ofThisThread(), largestBatch);
        return threads > 1 ? new ParallelExecutor(threads, largestBatch, this::observable) : observable(largestBatch);
    }

    @Override
    public InferenceExecutor observable(int largestBatch) {
        return new OneDnnInference(program, this, largestBatch);
    }

    /** A convolution's filters as a primitive wants them; they stay this program's. */
    synchronized memory weights(Convolution step, long[] shape, memory.desc wanted) {
        if (program.precision() != InferencePrecision.INT8) {
            return parameters(step.weight(), OneDnn.floats(format_tag.oihw, shape), wanted);
        }
        try (BytePointer source = new BytePointer(quantized(step).values())) {
            return packed(step.weight(), new memory.desc(shape, data_type.s8, format_tag.oihw), source, wanted);
        }
    }

    /** A convolution's filters as whole numbers, by their steps. */
    synchronized Quantization.Weights quantized(Convolution step) {
        return quantized.computeIfAbsent(
                step.weight(),
                slice -> Quantization.Weights.of(
                        slice.of(program.parameters()), step.output().channels()));
    }

    /** Single-precision parameters as a primitive wants them; they stay this program's. */
    synchronized memory parameters(ParameterSlice slice, memory.desc plain, memory.desc wanted) {
        try (FloatPointer source = new FloatPointer(slice.of(program.parameters()))) {
            return packed(slice, plain, source, wanted);
        }
    }

    private memory packed(ParameterSlice slice, memory.desc plain, Pointer source, memory.desc wanted) {
        List<Packed> layouts = packed.computeIfAbsent(slice, key -> new ArrayList<>());
        for (Packed known : layouts) {
            if (known.layout().equals(wanted)) {
                return known.values();
            }
        }
        Packed fresh = new Packed(wanted, new memory(wanted, OneDnn.CPU));
        Call.reorder(plain, wanted)
                .fixed(DNNL_ARG_FROM, new memory(plain, OneDnn.CPU, source))
                .fixed(DNNL_ARG_TO, fresh.values())
                .run();
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
