package io.resnetspark.model.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import io.resnetspark.model.program.ParameterSlice;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.memory;

/**
 * How the weights of convolutions lie in the flat vectors while they are trained: in the layout that their gradient is
 * computed in, so that nothing has to be brought into another order before an update, which treats each value alone. Whoever
 * reads or writes a vector sees the plain layout.
 */
final class StoredWeights {

    private record Layout(memory.desc plain, memory.desc stored) {}

    private final Map<ParameterSlice, Layout> layouts = new HashMap<>();
    private final FloatBuffer parameters;
    private final float[][] state;

    /**
     * @param parameters the flat vector, plain for now
     * @param state the optimiser's vectors, likewise
     */
    StoredWeights(FloatBuffer parameters, float[][] state) {
        this.parameters = parameters;
        this.state = state;
    }

    /** The layout of a weight, of its gradient, and of its part of the state. */
    memory.desc layout(ParameterSlice weight, memory.desc plain) {
        Layout layout = layouts.get(weight);
        return layout == null ? plain : layout.stored();
    }

    /** Stores a weight in another layout from now on, if it needs no more room there and is stored in none yet. */
    void prefer(ParameterSlice weight, memory.desc plain, memory.desc wanted) {
        if (layouts.containsKey(weight) || wanted.get_size() != plain.get_size()) {
            return;
        }
        Layout layout = new Layout(plain, wanted);
        layouts.put(weight, layout);
        float[] part = new float[weight.length()];
        parameters.get(weight.offset(), part);
        reorder(part, 0, layout.plain(), layout.stored());
        parameters.put(weight.offset(), part);
        for (float[] vector : state) {
            reorder(vector, weight.offset(), layout.plain(), layout.stored());
        }
    }

    /** Brings a copy of a vector into the plain layout. */
    void toPlain(float[] vector) {
        layouts.forEach((weight, layout) -> reorder(vector, weight.offset(), layout.stored(), layout.plain()));
    }

    /** Brings a copy of a plain vector into the stored layouts. */
    void fromPlain(float[] vector) {
        layouts.forEach((weight, layout) -> reorder(vector, weight.offset(), layout.plain(), layout.stored()));
    }

    private static void reorder(float[] vector, int offset, memory.desc from, memory.desc to) {
        try (NativeBlock before = new NativeBlock(from.get_size());
                NativeBlock after = new NativeBlock(to.get_size())) {
            FloatBuffer values = before.floats();
            values.put(0, vector, offset, values.capacity());
            Call.reorder(from, to)
                    .fixed(DNNL_ARG_FROM, new memory(from, OneDnn.CPU, before.at(0)))
                    .fixed(DNNL_ARG_TO, new memory(to, OneDnn.CPU, after.at(0)))
                    .run();
            after.floats().get(0, vector, offset, values.capacity());
        }
    }
}
