package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.image.load.SoftTarget;
import io.resnetspark.model.kernel.HostArrays;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.RandomAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Cached features as minibatches. Nothing about them is random, so the epoch does not matter. */
public final class FeatureMinibatches implements Minibatches {

    private final FeatureTable table;
    private final ExampleIndex index;
    private final int classes;
    private final double smoothing;
    private final Configuration hadoop;
    private final RandomAccess[] files;
    private final FloatBuffer features;
    private final FloatBuffer targets;
    private final byte[] row;
    private Iterator<int[]> batches = List.<int[]>of().iterator();
    private long waitNanos;

    /**
     * @param index of the split the features are of
     * @param smoothing share of the label spread over all classes
     */
    FeatureMinibatches(
            FeatureTable table,
            ExampleIndex index,
            int classes,
            double smoothing,
            int batchSize,
            HadoopSettings hadoop) {
        this.table = table;
        this.index = index;
        this.classes = classes;
        this.smoothing = smoothing;
        this.hadoop = hadoop.configuration();
        this.files = new RandomAccess[table.files()];
        this.features = direct((long) batchSize * table.width());
        this.targets = direct((long) batchSize * classes);
        this.row = new byte[table.bytesPerExample()];
    }

    private static FloatBuffer direct(long floats) {
        return ByteBuffer.allocateDirect(Math.toIntExact(floats * Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    @Override
    public void start(List<int[]> newBatches, int epoch) {
        batches = newBatches.iterator();
        waitNanos = 0;
    }

    @Override
    public boolean hasNext() {
        return batches.hasNext();
    }

    @Override
    public Minibatch next() {
        long start = System.nanoTime();
        int[] examples = batches.next();
        int[] labels = new int[examples.length];
        features.clear();
        targets.clear();
        float[] target = new float[classes];
        try {
            for (int i = 0; i < examples.length; i++) {
                labels[i] = index.label(examples[i]);
                read(examples[i]);
                SoftTarget.write(target, labels[i], index.weight(examples[i]), labels[i], 0, smoothing);
                targets.put(target);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the cached features in %s".formatted(table.directory()), e);
        }
        features.flip();
        targets.flip();
        waitNanos += System.nanoTime() - start;
        return new Minibatch(
                HostArrays.wrap(features, examples.length, table.width()),
                HostArrays.wrap(targets, examples.length, classes),
                labels);
    }

    private void read(int example) throws IOException {
        int file = example / table.perFile();
        if (files[file] == null) {
            files[file] = open(file);
        }
        files[file].read((long) (example % table.perFile()) * row.length, row);
        features.put(ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer());
    }

    private RandomAccess open(int file) throws IOException {
        RandomAccess opened = RandomAccess.open(table.path(file), hadoop);
        long expected = (long) table.countOf(file) * table.bytesPerExample();
        if (opened.length() != expected) {
            opened.close();
            throw new BadDataException("%s has %d bytes, not %d: it was changed since training began; start it again"
                    .formatted(table.path(file), opened.length(), expected));
        }
        return opened;
    }

    @Override
    public long waitNanos() {
        return waitNanos;
    }

    @Override
    public void close() {
        for (RandomAccess file : files) {
            if (file != null) {
                try {
                    file.close();
                } catch (IOException e) {
                    throw new UncheckedIOException("Cannot close %s".formatted(table.directory()), e);
                }
            }
        }
    }
}
