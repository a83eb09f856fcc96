package io.resnetspark.bench.prediction;

import io.resnetspark.bench.spark.Contender;
import io.resnetspark.model.inference.NetworkClassifier;
import io.resnetspark.model.kernel.ComputeThreads;
import io.resnetspark.pipeline.model.LoadedModel;
import java.util.SplittableRandom;

/** One classifier with all threads and the same batch again and again: what the inference benchmark measures. */
final class NetworkAlone implements Contender {

    static final String LABEL = "network";

    private final LoadedModel model;
    private final int batchSize;
    private final int threads;
    private final double seconds;
    private final float[] images;
    private NetworkClassifier classifier;

    /** @param seconds of a repetition */
    NetworkAlone(LoadedModel model, int batchSize, int threads, double seconds) {
        this.model = model;
        this.batchSize = batchSize;
        this.threads = threads;
        this.seconds = seconds;
        int size = model.card().preprocessing().inputSize();
        this.images = new float[batchSize * size * size * model.card().spec().channels()];
        SplittableRandom random = new SplittableRandom(batchSize);
        for (int i = 0; i < images.length; i++) {
            images[i] = (float) random.nextDouble(-2, 2);
        }
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public double repetition() {
        if (classifier == null) {
            ComputeThreads.use(threads);
            classifier = NetworkClassifier.create(model.card().spec(), model.weights(), batchSize);
        }
        long begin = System.nanoTime();
        long done = 0;
        while (System.nanoTime() - begin < seconds * 1e9) {
            classifier.classify(images, batchSize);
            done += batchSize;
        }
        return done / ((System.nanoTime() - begin) / 1e9);
    }

    @Override
    public void close() {
        if (classifier != null) {
            classifier.close();
        }
    }
}
