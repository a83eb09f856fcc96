package io.resnetspark.model.kernel.onednn.primitive;

import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.Pointer;

/**
 * Temporary memory for the primitives that a thread runs, one after the other, as large as the neediest.
 *
 * <p>oneDNN would provide it by itself, but as one block per thread that belongs to the primitives <em>made</em> there: a
 * primitive that runs on another thread then writes to memory that is too small or missing, and one that is freed on
 * another thread lets that thread lose its own. Networks here do change threads: Spark gives every task another one, and
 * garbage collection frees primitives on a thread of its own.
 */
public final class Scratchpad {

    private static final ThreadLocal<Scratchpad> OF_THREAD = ThreadLocal.withInitial(Scratchpad::new);

    private memory block;
    private Pointer start;
    private long bytes;

    private Scratchpad() {}

    /** At least {@code atLeast} bytes that nobody else uses while the calling thread runs a primitive. */
    static Pointer ofThisThread(long atLeast) {
        return OF_THREAD.get().grownTo(atLeast);
    }

    private Pointer grownTo(long atLeast) {
        if (bytes < atLeast) {
            if (block != null) {
                block.close();
            }
            block = new memory(new memory.desc(new long[] {atLeast}, data_type.u8, format_tag.x), OneDnn.CPU);
            start = block.get_data_handle();
            bytes = atLeast;
        }
        return start;
    }
}
