package io.resnetspark.model.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Scratch memory for a weight in the layout a primitive prefers, and the reorders from and to the plain layout. */
final class PackedWeight {

    final memory memory;
    private final memory.desc plain;
    private final memory.desc packed;
    private Call pack;
    private Call unpack;

    PackedWeight(memory.desc plain, memory.desc packed) {
        this.plain = plain;
        this.packed = packed;
        this.memory = new memory(packed, OneDnn.CPU);
    }

    void pack(INDArray weight) {
        if (pack == null) {
            pack = new Call(new reorder(new reorder.primitive_desc(OneDnn.CPU, plain, OneDnn.CPU, packed)))
                    .array(DNNL_ARG_FROM, plain)
                    .fixed(DNNL_ARG_TO, memory);
        }
        pack.run(weight);
    }

    void unpackTo(INDArray weight) {
        if (unpack == null) {
            unpack = new Call(new reorder(new reorder.primitive_desc(OneDnn.CPU, packed, OneDnn.CPU, plain)))
                    .array(DNNL_ARG_TO, plain)
                    .fixed(DNNL_ARG_FROM, memory);
        }
        unpack.run(weight);
    }
}
