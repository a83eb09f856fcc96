package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.image.load.Batch;
import io.resnetspark.model.image.load.BatchLoader;
import io.resnetspark.model.image.load.BatchRecipe;
import io.resnetspark.model.image.load.ReadAhead;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ExampleReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Images read from the dataset and made into network input by threads that work ahead. */
public final class ImageMinibatches implements Minibatches {

    private final ExampleReader reader;
    private final BatchLoader loader;
    private final NetworkInput input;

    /** Of normalised images. */
    public ImageMinibatches(ExampleIndex index, BatchRecipe recipe, int batchSize, HadoopSettings hadoop) {
        this(index, recipe, batchSize, hadoop, Batch.Pixels.NORMALISED);
    }

    ImageMinibatches(ExampleIndex index, BatchRecipe recipe, int batchSize, HadoopSettings hadoop, Batch.Pixels kept) {
        this.reader = new ExampleReader(index, hadoop.configuration());
        this.loader = new BatchLoader(recipe, batchSize, ReadAhead.standard(), kept);
        this.input = new NetworkInput(recipe);
    }

    @Override
    public void start(List<int[]> batches, int epoch) {
        loader.start(reader, batches, epoch);
    }

    @Override
    public boolean hasNext() {
        return loader.hasNext();
    }

    @Override
    public Minibatch next() {
        Batch batch = loader.next();
        return new Minibatch(
                input.images(batch), input.targets(batch), java.util.Arrays.copyOf(batch.labels(), batch.count()));
    }

    @Override
    public long waitNanos() {
        return loader.statistics().waitNanos();
    }

    @Override
    public void close() {
        loader.close();
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot close the dataset's files", e);
        }
    }
}
