package io.resnetspark.model.gpu.device;

import io.resnetspark.model.program.ParameterSlice;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.IntPointer;

/**
 * Slices of a vector cut into parts for a block of threads each, {@code VectorPart} of {@code kernels.cu}, and room for sums
 * over them: of each thread, of each part, of each slice.
 */
public final class VectorParts implements AutoCloseable {

    private static final int VALUES_PER_PART = 1 << 14;

    private final int slices;
    private final int parts;
    private final DeviceMemory memory;
    private final long threadSums;
    private final long partSums;
    private final long sliceSums;
    private final long firstThreads;
    private final long firstParts;

    public VectorParts(Device device, List<ParameterSlice> slices) {
        this.slices = slices.size();
        List<int[]> cuts = new ArrayList<>();
        int[] firsts = new int[slices.size() + 1];
        for (int i = 0; i < slices.size(); i++) {
            ParameterSlice slice = slices.get(i);
            for (int start = slice.offset(); start < slice.end(); start += VALUES_PER_PART) {
                cuts.add(new int[] {start, Math.min(slice.end(), start + VALUES_PER_PART)});
            }
            firsts[i + 1] = cuts.size();
        }
        parts = cuts.size();
        int[] table = new int[2 * parts + (parts + 1) + firsts.length];
        for (int i = 0; i < parts; i++) {
            System.arraycopy(cuts.get(i), 0, table, 2 * i, 2);
        }
        for (int i = 0; i <= parts; i++) {
            table[2 * parts + i] = i;
        }
        System.arraycopy(firsts, 0, table, 3 * parts + 1, firsts.length);
        long tableBytes = DeviceLayout.aligned((long) table.length * Integer.BYTES);
        long threadBytes = (long) parts * Operations.BLOCK * Double.BYTES;
        long partBytes = DeviceLayout.aligned((long) parts * Double.BYTES);
        memory = new DeviceMemory(device, tableBytes + threadBytes + partBytes + (long) this.slices * Double.BYTES);
        firstThreads = memory.address() + 2L * parts * Integer.BYTES;
        firstParts = firstThreads + (parts + 1L) * Integer.BYTES;
        threadSums = memory.address() + tableBytes;
        partSums = threadSums + threadBytes;
        sliceSums = partSums + partBytes;
        try (IntPointer host = new IntPointer(table)) {
            device.upload(host, memory.address(), (long) table.length * Integer.BYTES);
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    int slices() {
        return slices;
    }

    int parts() {
        return parts;
    }

    /** Address of the parts' table. */
    long address() {
        return memory.address();
    }

    /** Where each part's threads begin, in parts. */
    long firstThreads() {
        return firstThreads;
    }

    /** Where each slice's parts begin. */
    long firstParts() {
        return firstParts;
    }

    long threadSums() {
        return threadSums;
    }

    long partSums() {
        return partSums;
    }

    /** A double for each slice. */
    long sliceSums() {
        return sliceSums;
    }

    @Override
    public void close() {
        memory.close();
    }
}
