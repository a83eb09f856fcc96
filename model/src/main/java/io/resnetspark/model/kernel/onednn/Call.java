package io.resnetspark.model.kernel.onednn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A primitive with its arguments: memory objects are made once, and a call only sets the addresses of the arrays, in the
 * order in which {@link #array} named them.
 */
final class Call {

    private final primitive primitive;
    private final IntMemoryMap arguments = new IntMemoryMap();
    private final List<memory> arrays = new ArrayList<>();
    private final Address address = new Address();

    Call(primitive primitive) {
        this.primitive = primitive;
    }

    /** Adds an argument whose address is given at each {@link #run}. */
    Call array(int argument, memory.desc description) {
        memory array = new memory(description, OneDnn.CPU, (Pointer) null);
        arguments.put(argument, array);
        arrays.add(array);
        return this;
    }

    /** Adds an argument that stays the same: scratch memory of the kernel. */
    Call fixed(int argument, memory scratch) {
        arguments.put(argument, scratch);
        return this;
    }

    /** Runs on the calling thread until done. */
    void run(INDArray... values) {
        for (int i = 0; i < values.length; i++) {
            arrays.get(i).set_data_handle(address.of(values[i]));
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
