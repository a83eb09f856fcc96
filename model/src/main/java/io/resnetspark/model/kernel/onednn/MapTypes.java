package io.resnetspark.model.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_SCALES;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.resnetspark.model.kernel.onednn.primitive.Call;
import io.resnetspark.model.kernel.onednn.primitive.OneDnn;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.Step.Convolution;
import io.resnetspark.model.program.Value;
import java.util.Map;
import java.util.Set;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.FloatPointer;

/** What the maps and weights of a program are to oneDNN, and by which steps whole numbers are read. */
final class MapTypes {

    /** One scale for a whole tensor. */
    private static final int WHOLE = 0;
    /** One for each index of the first dimension. */
    private static final int BY_FILTER = 1;

    private final InferencePrecision precision;
    private final Set<Value> unsigned;
    /** Of one, by map; empty unless maps are whole numbers. */
    private final Map<Value, Float> steps;

    MapTypes(InferenceProgram inference) {
        this.precision = inference.precision();
        this.unsigned = inference.unsigned();
        this.steps = precision == InferencePrecision.INT8 ? inference.mapSteps() : Map.of();
    }

    /** Type of a map. */
    data_type of(Value value) {
        return switch (precision) {
            case FP32 -> data_type.f32;
            case BF16 -> data_type.bf16;
            case INT8 -> unsigned.contains(value) ? data_type.u8 : data_type.s8;
        };
    }

    boolean isFloat(Value map) {
        return precision == InferencePrecision.FP32;
    }

    /** Type of filters. */
    data_type weights() {
        return switch (precision) {
            case FP32 -> data_type.f32;
            case BF16 -> data_type.bf16;
            case INT8 -> data_type.s8;
        };
    }

    /** A copy of a map into or from single precision. */
    Call conversion(memory.desc from, memory.desc to, Value map) {
        primitive_attr attributes = OneDnn.attributes();
        if (precision != InferencePrecision.INT8) {
            return Call.reorder(from, to, attributes);
        }
        int whole = from.get_data_type().intern() == data_type.f32 ? DNNL_ARG_TO : DNNL_ARG_FROM;
        attributes.set_scales_mask(whole, WHOLE);
        return Call.reorder(from, to, attributes).fixed(DNNL_ARG_ATTR_SCALES | whole, floats(steps.get(map)));
    }

    /** The sum of a convolution with a map that its output replaces. */
    void appendSum(post_ops after, Value addend) {
        if (precision == InferencePrecision.INT8) {
            after.append_sum(steps.get(addend), 0, of(addend));
        } else {
            after.append_sum();
        }
    }

    void declareScales(primitive_attr convolution) {
        if (precision == InferencePrecision.INT8) {
            convolution.set_scales_mask(DNNL_ARG_SRC, WHOLE);
            convolution.set_scales_mask(DNNL_ARG_WEIGHTS, BY_FILTER);
            convolution.set_scales_mask(DNNL_ARG_DST, WHOLE);
        }
    }

    void giveScales(Call call, Convolution step, OneDnnProgram weights) {
        if (precision == InferencePrecision.INT8) {
            call.fixed(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, floats(steps.get(step.input())))
                    .fixed(
                            DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS,
                            floats(weights.quantized(step).steps()))
                    .fixed(DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, floats(steps.get(step.output())));
        }
    }

    private static memory floats(float... values) {
        memory scales = new memory(OneDnn.vector(values.length), OneDnn.CPU);
        new FloatPointer(scales.get_data_handle()).put(values);
        return scales;
    }
}
