package io.resnetspark.model.kernel.onednn.primitive;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A primitive with its arguments: memory objects are made once, and a call only sets the addresses of the arrays, in the
 * order in which {@link #array} named them.
 */
public final class Call {

    private final primitive primitive;
    private final IntMemoryMap arguments = new IntMemoryMap();
    private final List<memory> arrays = new ArrayList<>();
    private final Address address = new Address();
    private final memory scratchpad;
    private final long scratchpadBytes;

    /** @param description what the primitive was made from, with {@link OneDnn#attributes} */
    public Call(primitive primitive, primitive_desc_base description) {
        this.primitive = primitive;
        memory.desc temporary = description.scratchpad_desc();
        this.scratchpadBytes = temporary.get_size();
        this.scratchpad = new memory(temporary, OneDnn.CPU, (Pointer) null);
        if (scratchpadBytes > 0) {
            arguments.put(DNNL_ARG_SCRATCHPAD, scratchpad);
        }
    }

    /** A copy into another layout, from {@code DNNL_ARG_FROM} to {@code DNNL_ARG_TO}. */
    public static Call reorder(memory.desc from, memory.desc to) {
        return reorder(from, to, OneDnn.attributes());
    }

    /** Likewise with more than {@link OneDnn#attributes}. */
    public static Call reorder(memory.desc from, memory.desc to, primitive_attr attributes) {
        var description = new reorder.primitive_desc(OneDnn.CPU, from, OneDnn.CPU, to, attributes, false);
        return new Call(new reorder(description), description);
    }

    /** Adds an argument whose address is given at each {@link #run}. */
    public Call array(int argument, memory.desc description) {
        memory array = new memory(description, OneDnn.CPU, (Pointer) null);
        arguments.put(argument, array);
        arrays.add(array);
        return this;
    }

    /** Adds an argument that stays the same: scratch memory of the kernel. */
    public Call fixed(int argument, memory scratch) {
        arguments.put(argument, scratch);
        return this;
    }

    /** Runs on the calling thread until done. */
    public void run(INDArray... values) {
        for (int i = 0; i < values.length; i++) {
            arrays.get(i).set_data_handle(address.of(values[i]));
        }
        if (scratchpadBytes > 0) {
            scratchpad.set_data_handle(Scratchpad.ofThisThread(scratchpadBytes));
        }
        primitive.execute(OneDnn.stream(), arguments);
    }

    /** A pointer that can be pointed anywhere, so that no object is made per argument and call. */
    private static final class Address extends Pointer {

        Address of(INDArray array) {
            // ND4J's address is the buffer's: a view starts offset elements later.
            address = array.data().address() + array.offset() * Float.BYTES;
            return this;
        }
    }
}
