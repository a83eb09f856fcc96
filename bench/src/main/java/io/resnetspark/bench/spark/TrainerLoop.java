package io.resnetspark.bench.spark;

import io.resnetspark.model.image.load.Batch;
import io.resnetspark.model.image.load.BatchLoader;
import io.resnetspark.model.image.load.InputStatistics;
import io.resnetspark.model.image.load.ReadAhead;
import io.resnetspark.model.kernel.ComputeThreads;
import io.resnetspark.model.kernel.HostArrays;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.training.Trainer;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ExampleReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;

/** One process that trains on a prepared dataset with read-ahead and without Spark. For one thread. */
public final class TrainerLoop implements AutoCloseable {

    private final Trainings training;
    private final ExampleReader reader;
    private final BatchLoader loader;
    private final Trainer trainer;
    private final List<int[]> batches = new ArrayList<>();
    private long steps;
    private int epoch;

    /** What some steps took. */
    public record Taken(long images, double seconds, double inputWaitSeconds) {

        public double imagesPerSecond() {
            return images / seconds;
        }
    }

    /** In the precision that the processor is fastest in. */
    public TrainerLoop(Trainings training, ExampleIndex index, int threads) {
        this(training, index, threads, Kernels.ofThisProcess().defaultPrecision());
    }

    public TrainerLoop(Trainings training, ExampleIndex index, int threads, TrainingPrecision precision) {
        ComputeThreads.use(threads);
        this.training = training;
        this.reader = new ExampleReader(index, new Configuration());
        this.loader = new BatchLoader(training.recipe(), training.batchSize(), ReadAhead.standard());
        this.trainer = Trainer.create(training.spec(), 1, Trainings.OPTIMIZER, Trainer.NO_CLIPPING, precision);
        int size = training.batchSize();
        for (int first = 0; first + size <= index.size(); first += size) {
            batches.add(IntStream.range(first, first + size).toArray());
        }
    }

    /** Trains so many steps; passes follow each other without a pause. */
    public Taken run(int count) {
        long begin = System.nanoTime();
        long waited = 0;
        long images = 0;
        for (int i = 0; i < count; i++) {
            if (!loader.hasNext()) {
                loader.start(reader, batches, epoch++);
            }
            long before = System.nanoTime();
            Batch batch = loader.next();
            waited += System.nanoTime() - before;
            int size = training.inputSize();
            trainer.step(
                    HostArrays.wrap(batch.features(), batch.count(), size, size, 3),
                    HostArrays.wrap(batch.targets(), batch.count(), training.classes()),
                    Trainings.LEARNING_RATE,
                    steps++);
            images += batch.count();
        }
        return new Taken(images, (System.nanoTime() - begin) / 1e9, waited / 1e9);
    }

    /** Reading, decoding and augmenting in the pass that is running. */
    public double prepareMillisPerImage() {
        InputStatistics statistics = loader.statistics();
        return statistics.prepareNanos() / 1e6 / Math.max(1, statistics.examples());
    }

    @Override
    public void close() {
        loader.close();
        trainer.close();
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot close the dataset's files", e);
        }
    }
}
