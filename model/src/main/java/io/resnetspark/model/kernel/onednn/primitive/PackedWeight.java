package io.resnetspark.model.kernel.onednn.primitive;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Scratch memory for a weight in the layout a primitive prefers, and the reorders from and to the plain layout. */
public final class PackedWeight {

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
            pack = Call.reorder(plain, packed).array(DNNL_ARG_FROM, plain).fixed(DNNL_ARG_TO, memory);
        }
        pack.run(weight);
    }

    void unpackTo(INDArray weight) {
        if (unpack == null) {
            unpack = Call.reorder(packed, plain).array(DNNL_ARG_TO, plain).fixed(DNNL_ARG_FROM, memory);
        }
        unpack.run(weight);
    }
}
