package io.resnetspark.model.kernel.onednn.primitive;

import java.nio.FloatBuffer;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** Memory that oneDNN aligns and that is freed when it is closed, whichever arguments still point into it. */
public final class NativeBlock implements AutoCloseable {

    private final memory owner;
    private final Pointer start;
    private final long bytes;

    public NativeBlock(long bytes) {
        this.bytes = Math.max(1, bytes);
        this.owner = new memory(new memory.desc(new long[] {this.bytes}, data_type.u8, format_tag.x), OneDnn.CPU);
        this.start = owner.get_data_handle();
    }

    public long bytes() {
        return bytes;
    }

    /** The memory from an offset in bytes on. */
    public Pointer at(long offset) {
        return new Address(start.address() + offset);
    }

    /** All of it as floats. */
    public FloatBuffer floats() {
        return new FloatPointer(start).capacity(bytes / Float.BYTES).asBuffer();
    }

    public void clear() {
        Pointer.memset(start, 0, bytes);
    }

    @Override
    public void close() {
        owner.close();
    }

    private static final class Address extends Pointer {
        Address(long place) {
            address = place;
        }
    }
}
