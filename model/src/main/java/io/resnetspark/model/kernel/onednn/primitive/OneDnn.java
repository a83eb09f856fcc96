package io.resnetspark.model.kernel.onednn.primitive;

import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Window;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl.scratchpad_mode;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.LongPointer;

/** The CPU engine, a stream per thread, and the memory descriptors all primitives here use. */
public final class OneDnn {

    public static final engine CPU = new engine(engine.kind.cpu, 0);

    private static final ThreadLocal<stream> STREAM = ThreadLocal.withInitial(() -> new stream(CPU));

    private OneDnn() {}

    static stream stream() {
        return STREAM.get();
    }

    /** oneDNN names dimensions N, C, H, W whatever their order in memory; the tag says channels-last. */
    public static memory.desc channelsLast(ImageShape shape) {
        return channelsLast(shape, data_type.f32);
    }

    public static memory.desc channelsLast(ImageShape shape, data_type type) {
        return new memory.desc(
                new long[] {shape.batch(), shape.channels(), shape.height(), shape.width()}, type, format_tag.nhwc);
    }

    public static memory.desc floats(format_tag tag, long... dimensions) {
        return new memory.desc(dimensions, data_type.f32, tag);
    }

    public static memory.desc vector(long length) {
        return floats(format_tag.x, length);
    }

    /** Attributes of every primitive here: its temporary memory comes from a {@link Scratchpad}. */
    public static primitive_attr attributes() {
        primitive_attr attributes = new primitive_attr();
        attributes.set_scratchpad_mode(scratchpad_mode.user);
        return attributes;
    }

    static LongPointer size(Window window) {
        return new LongPointer(window.size(), window.size());
    }

    public static LongPointer stride(Window window) {
        return new LongPointer(window.stride(), window.stride());
    }

    public static LongPointer padding(Window window) {
        return new LongPointer(window.padding(), window.padding());
    }
}
