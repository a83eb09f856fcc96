package io.resnetspark.model.gpu.device;

import io.resnetspark.model.gpu.device.Device.Mark;
import io.resnetspark.model.program.BatchLoss;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Brings minibatches to a device while it works at the one before, and losses back when they are asked for: memory of the host
 * for two minibatches, from which copies run by themselves, and a place on the device for one.
 */
public final class MinibatchFeed implements AutoCloseable {

    private static final int SLOTS = 2;
    private static final long LOSS_BYTES = 2 * Double.BYTES;

    private final Device device;
    private final long bytes;
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final DeviceMemory staged;
    private final Mark taken;
    private final Slot[] slots = new Slot[SLOTS];
    private int newest;
    private long labels;

    /** Memory for a minibatch on the host, and for its loss. */
    private final class Slot {

        private final Pointer minibatch;
        private final Pointer totals;
        private final Mark copied = mark();
        private final Mark downloaded = mark();
        private Loss loss;

        Slot() {
            minibatch = hostMemory(bytes);
            totals = hostMemory(LOSS_BYTES);
        }
    }

    /** A loss on its way. */
    private static final class Loss implements Supplier<BatchLoss> {

        private final Slot slot;
        private BatchLoss value;

        Loss(Slot slot) {
            this.slot = slot;
        }

        @Override
        public BatchLoss get() {
            if (value == null) {
                slot.downloaded.await();
                DoublePointer doubles = new DoublePointer(slot.totals);
                value = new BatchLoss(doubles.get(0), (int) doubles.get(1));
            }
            return value;
        }
    }

    /**
     * @param imageBytes of the largest minibatch
     * @param labelBytes of its labels
     */
    MinibatchFeed(Device device, long imageBytes, long labelBytes) {
        this.device = device;
        this.bytes = DeviceLayout.aligned(imageBytes) + labelBytes;
        try {
            staged = new DeviceMemory(device, bytes);
            resources.push(staged);
            taken = mark();
            for (int i = 0; i < SLOTS; i++) {
                slots[i] = new Slot();
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Mark mark() {
        Mark mark = device.mark();
        resources.push(mark);
        return mark;
    }

    private Pointer hostMemory(long length) {
        Pointer memory = device.allocateHost(length);
        resources.push(() -> device.freeHost(memory));
        return memory;
    }

    /** Begins to copy a minibatch to its place on the device; the arrays may change once this returns. */
    void bring(HostArray images, HostArray targets) {
        newest = (newest + 1) % SLOTS;
        Slot slot = slots[newest];
        slot.copied.await();
        labels = DeviceLayout.aligned(images.bytes());
        Pointer.memcpy(slot.minibatch, images, images.bytes());
        Pointer.memcpy(new DeviceAddress(slot.minibatch.address() + labels), targets, targets.bytes());
        device.uploadBeside(slot.minibatch, staged.address(), labels + targets.bytes(), taken, slot.copied);
    }

    /** Where the newest minibatch's images are until {@link #taken}. */
    long images() {
        return staged.address();
    }

    long labels() {
        return staged.address() + labels;
    }

    /** The work so far has read the newest minibatch: another may come in its place. */
    void taken() {
        taken.set();
    }

    /**
     * The newest minibatch's loss, once the work so far is done.
     *
     * @param totals address of two doubles: the summed loss, the number of correct predictions
     */
    Supplier<BatchLoss> loss(long totals) {
        Slot slot = slots[newest];
        if (slot.loss != null) {
            slot.loss.get(); // before its memory is written again
        }
        device.downloadLater(totals, slot.totals, LOSS_BYTES, slot.downloaded);
        slot.loss = new Loss(slot);
        return slot.loss;
    }

    /** Waits for the losses that are on their way. */
    void settle() {
        for (Slot slot : slots) {
            if (slot.loss != null) {
                slot.loss.get();
            }
        }
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (RuntimeException e) {
                failure = e;
            } catch (Exception e) {
                failure = new IllegalStateException(e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
