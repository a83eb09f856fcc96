package io.resnetspark.model.gpu.device;

import io.resnetspark.model.gpu.device.Device.Mark;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** Copies vectors as long as a network's parameters to and from a device, by way of page-locked memory. */
public final class VectorCopies implements AutoCloseable {

    private final Device device;
    private final long bytes;
    private final Mark before;
    private final Mark copied;
    private final Pointer host;

    /** @param length of each vector */
    public VectorCopies(Device device, int length) {
        this.device = device;
        this.bytes = (long) length * Float.BYTES;
        Mark made = null;
        Mark other = null;
        try {
            made = device.mark();
            other = device.mark();
            host = device.allocateHost(bytes);
        } catch (RuntimeException | Error e) {
            close(made);
            close(other);
            throw e;
        }
        before = made;
        copied = other;
    }

    private static void close(Mark mark) {
        if (mark != null) {
            mark.close();
        }
    }

    /** Begins to copy; work asked for from now on finds the values. */
    public void write(float[] values, long address) {
        copied.await(); // the copy before
        new FloatPointer(host).put(values);
        before.set();
        device.uploadBeside(host, address, bytes, before, copied);
    }

    public void read(long address, float[] values) {
        copied.await();
        device.downloadLater(address, host, bytes, copied);
        copied.await();
        new FloatPointer(host).get(values);
    }

    @Override
    public void close() {
        close(before);
        close(copied);
        device.freeHost(host);
    }
}
