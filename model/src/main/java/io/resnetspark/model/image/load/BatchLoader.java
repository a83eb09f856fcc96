package io.resnetspark.model.image.load;

import io.resnetspark.model.image.Preprocessing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;

/**
 * Prepares batches on its own daemon threads into a ring of off-heap buffers, ahead of use.
 *
 * <pre>{@code
 * try (BatchLoader loader = new BatchLoader(recipe, 128, ReadAhead.standard())) {
 *     loader.start(source, batches, epoch);
 *     while (loader.hasNext()) {
 *         Batch batch = loader.next();
 *         …
 *     }
 * }
 * }</pre>
 *
 * <p>Keep one loader for many passes: threads and buffers live as long as it does. Batches come in the order given, and
 * their content does not depend on the number of threads. For one consuming thread.
 */
public final class BatchLoader implements AutoCloseable {

    /** One place of the ring. Written by the thread that claimed it, read by the consumer after it is published. */
    private static final class Slot {
        private final int number;
        private final FloatBuffer features;
        private final ByteBuffer samples;
        private final FloatBuffer targets;
        private Batch batch;
        private Throwable failure;

        Slot(int number, Batch.Pixels kept, long pixels, long targets) {
            this.number = number;
            this.features = allocate(kept == Batch.Pixels.NORMALISED ? pixels : 0);
            this.samples = ByteBuffer.allocateDirect(kept == Batch.Pixels.SAMPLES ? Math.toIntExact(pixels) : 0);
            this.targets = allocate(targets);
        }

        private static FloatBuffer allocate(long floats) {
            if (floats > Integer.MAX_VALUE / Float.BYTES) {
                throw new IllegalArgumentException(
                        "A batch of %d floats is beyond 2 GiB; use smaller batches".formatted(floats));
            }
            return ByteBuffer.allocateDirect((int) floats * Float.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }

        boolean isReady() {
            return batch != null || failure != null;
        }
    }

    private final BatchRecipe recipe;
    private final int batchSize;
    private final int pixelsPerExample; // floats, or bytes
    private final Slot[] ring;

    // Everything below is guarded by `lock`.
    private final Object lock = new Object();
    private ExampleSource source;
    private List<int[]> batches = List.of();
    private long epoch;
    private int claimed;
    private int delivered;
    private boolean inUse;
    private int working;
    private boolean closed;
    private long examples;
    private long waitNanos;
    private long prepareNanos;

    /** Of normalised images. */
    public BatchLoader(BatchRecipe recipe, int batchSize, ReadAhead readAhead) {
        this(recipe, batchSize, readAhead, Batch.Pixels.NORMALISED);
    }

    /**
     * Takes memory and starts threads; they rest until {@link #start}.
     *
     * @param batchSize most examples of a batch, at least 1
     */
    public BatchLoader(BatchRecipe recipe, int batchSize, ReadAhead readAhead, Batch.Pixels kept) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize must be at least 1, not " + batchSize);
        }
        this.recipe = recipe;
        this.batchSize = batchSize;
        Preprocessing preprocessing = recipe.preprocessing();
        int values = preprocessing.inputSize() * preprocessing.inputSize() * preprocessing.channels();
        pixelsPerExample = kept == Batch.Pixels.SAMPLES ? new ImageRecord(values).bytes() : values;
        ring = new Slot[readAhead.batches() + 1];
        for (int i = 0; i < ring.length; i++) {
            ring[i] = new Slot(i, kept, (long) batchSize * pixelsPerExample, (long) batchSize * recipe.classes());
        }
        for (int i = 0; i < readAhead.threads(); i++) {
            Thread thread = new Thread(this::prepareBatches, "batch-loader-" + i);
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Number of different buffers: {@link Batch#slot()} is below it. */
    public int slots() {
        return ring.length;
    }

    /**
     * Begins a pass; what is left of the one before is dropped.
     *
     * @param batches positions in the source, each array one batch of 1 to {@code batchSize} examples; not copied
     * @param epoch enters what is random
     */
    public void start(ExampleSource source, List<int[]> batches, long epoch) {
        for (int[] batch : batches) {
            if (batch.length < 1 || batch.length > batchSize) {
                throw new IllegalArgumentException(
                        "A batch of %d examples, but this loader takes 1 to %d".formatted(batch.length, batchSize));
            }
        }
        synchronized (lock) {
            requireOpen();
            this.batches = List.of();
            while (working > 0) {
                await();
            }
            for (Slot slot : ring) {
                clear(slot);
            }
            this.source = source;
            this.batches = batches;
            this.epoch = epoch;
            claimed = 0;
            delivered = 0;
            inUse = false;
            examples = 0;
            waitNanos = 0;
            prepareNanos = 0;
            lock.notifyAll();
        }
    }

    public boolean hasNext() {
        synchronized (lock) {
            return delivered < batches.size();
        }
    }

    /**
     * The next batch; the one before may be overwritten from now on.
     *
     * @throws io.resnetspark.model.error.BadDataException if an image of this batch cannot be read or decoded; it names
     *     the image
     * @throws NoSuchElementException after the last batch
     * @throws CancellationException if the thread is interrupted while it waits; the interrupt is kept
     */
    public Batch next() {
        synchronized (lock) {
            requireOpen();
            if (delivered >= batches.size()) {
                throw new NoSuchElementException("All %d batches have been taken".formatted(batches.size()));
            }
            if (inUse) {
                clear(ring[(delivered - 1) % ring.length]);
                inUse = false;
                lock.notifyAll();
            }
            Slot slot = ring[delivered % ring.length];
            if (!slot.isReady()) {
                long begin = System.nanoTime();
                while (!slot.isReady()) {
                    await();
                    requireOpen();
                }
                waitNanos += System.nanoTime() - begin;
            }
            if (slot.failure != null) {
                batches = List.of();
                throw rethrow(slot.failure);
            }
            delivered++;
            inUse = true;
            examples += slot.batch.count();
            return slot.batch;
        }
    }

    /** Of the pass that is running or was last. */
    public InputStatistics statistics() {
        synchronized (lock) {
            return new InputStatistics(delivered, examples, waitNanos, prepareNanos);
        }
    }

    /**
     * Stops the threads once they have finished the batch they are at: afterwards the source is not read any more, unless
     * this thread was interrupted while it waited for that. Batches already handed out stay valid.
     */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            batches = List.of();
            lock.notifyAll();
            try {
                while (working > 0) {
                    lock.wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("This batch loader is closed");
        }
    }

    private static void clear(Slot slot) {
        slot.batch = null;
        slot.failure = null;
    }

    @SuppressWarnings("WaitNotInLoop") // callers loop
    private void await() {
        try {
            lock.wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException)
                    new CancellationException("Interrupted while waiting for a batch").initCause(e);
        }
    }

    private static RuntimeException rethrow(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure;
    }

    /** A batch to prepare and the place for it. */
    private record Task(Slot slot, int[] indices, ExampleSource source, long epoch) {}

    private void prepareBatches() {
        ExampleWriter writer = new ExampleWriter(recipe);
        while (true) {
            Task task;
            try {
                task = claim();
            } catch (InterruptedException e) {
                return;
            }
            if (task == null) {
                return;
            }
            long begin = System.nanoTime();
            Batch batch = null;
            Throwable failure = null;
            try {
                batch = prepare(task, writer);
            } catch (RuntimeException | Error e) {
                failure = e; // thrown again where the batch is asked for
            }
            synchronized (lock) {
                task.slot.batch = batch;
                task.slot.failure = failure;
                prepareNanos += System.nanoTime() - begin;
                working--;
                lock.notifyAll();
            }
        }
    }

    /** Waits for a batch to prepare; null when the loader is closed. */
    private Task claim() throws InterruptedException {
        synchronized (lock) {
            while (!closed && !mayClaim()) {
                lock.wait();
            }
            if (closed) {
                return null;
            }
            Task task = new Task(ring[claimed % ring.length], batches.get(claimed), source, epoch);
            claimed++;
            working++;
            return task;
        }
    }

    /** The batch in use keeps its slot, so the ring is full one batch earlier then. */
    private boolean mayClaim() {
        int firstHeld = inUse ? delivered - 1 : delivered;
        return claimed < batches.size() && claimed - firstHeld < ring.length;
    }

    private Batch prepare(Task task, ExampleWriter writer) {
        int[] indices = task.indices;
        int[] labels = new int[indices.length];
        Slot slot = task.slot;
        writer.write(task.source, indices, task.epoch, slot.features, slot.samples, slot.targets, labels);
        int values = indices.length * pixelsPerExample;
        return new Batch(
                slot.number,
                indices.length,
                slot.features.slice(0, Math.min(values, slot.features.capacity())),
                slot.samples.slice(0, Math.min(values, slot.samples.capacity())),
                slot.targets.slice(0, indices.length * recipe.classes()),
                labels,
                indices);
    }
}
