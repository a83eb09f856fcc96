package io.resnetspark.model.kernel.onednn;

import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Value;
import io.resnetspark.model.program.Window;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;

/**
 * Some rows of every {@code stride}-th pixel of a map in both directions, as a view of the map. All of them are one view or
 * two: oneDNN describes no map whose rows, with those between them, are more than the next image is away.
 *
 * @param pixels the view
 * @param shape of the view
 * @param offset bytes from the map's start to the view's
 * @param firstRow among the rows that are kept
 */
@SuppressWarnings("ArrayRecordComponent") // compared with nothing
record SampledMap(memory.desc pixels, long[] shape, long offset, int firstRow) {

    static List<SampledMap> of(TrainingMemory at, Value map, int stride) {
        int kept = new Window(1, stride, 0).outputSize(map.shape().height());
        List<SampledMap> views = new ArrayList<>();
        if (kept * stride <= map.shape().height()) {
            views.add(view(at, map, stride, 0, kept));
        } else {
            if (kept > 1) {
                views.add(view(at, map, stride, 0, kept - 1));
            }
            views.add(view(at, map, stride, kept - 1, 1));
        }
        return views;
    }

    private static SampledMap view(TrainingMemory at, Value map, int stride, int firstRow, int rows) {
        ImageShape shape = map.shape();
        long row = (long) shape.width() * shape.channels();
        int columns = new Window(1, stride, 0).outputSize(shape.width());
        long[] kept = {at.batch(), shape.channels(), rows, columns};
        memory.desc pixels = new memory.desc(
                kept, at.type(map), new long[] {shape.height() * row, 1, stride * row, (long) stride * shape.channels()
                });
        long offset = (long) firstRow * stride * row * at.plan().type(map).bytes();
        return new SampledMap(pixels, kept, offset, firstRow);
    }

    /** The same pixels in a map that has only the kept ones, perhaps among more channels. */
    memory.desc in(memory.desc keptPixels, int firstChannel) {
        return keptPixels.submemory_desc(shape, new long[] {0, firstChannel, firstRow, 0});
    }

    memory of(NativeBlock map) {
        return new memory(pixels, OneDnn.CPU, map.at(offset));
    }
}
