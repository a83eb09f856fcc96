package io.resnetspark.model.inference;

import io.resnetspark.model.Classifier;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.InferenceExecutor;
import io.resnetspark.model.weights.StateDict;

/** A residual network as a classifier, several times faster than its graph's {@code output}. */
public final class NetworkClassifier implements Classifier {

    private final InferenceExecutor executor;
    private final int classes;
    private final int embeddingLength;
    private final Runnable afterClosing;
    private boolean closed;

    /** @param afterClosing runs once */
    NetworkClassifier(InferenceExecutor executor, int classes, int embeddingLength, Runnable afterClosing) {
        this.executor = executor;
        this.classes = classes;
        this.embeddingLength = embeddingLength;
        this.afterClosing = afterClosing;
    }

    /**
     * Makes a network ready, on the kernels of this process and with the threads of the calling thread (see {@link
     * io.resnetspark.model.kernel.ComputeThreads}).
     *
     * @param weights under torchvision's names; see {@link io.resnetspark.model.weights.StateDictMatcher} for files of
     *     others
     * @param batchSize images that usually come together, at least 1; calls may bring more or fewer
     * @throws io.resnetspark.model.error.BadDataException if a parameter is missing or of another size than the network's
     */
    public static NetworkClassifier create(ResNetSpec spec, StateDict weights, int batchSize) {
        return create(spec, weights, batchSize, Kernels.ofThisProcess());
    }

    /** As {@link #create(ResNetSpec, StateDict, int)} on given kernels. */
    public static NetworkClassifier create(ResNetSpec spec, StateDict weights, int batchSize, Kernels kernels) {
        return SharedNetwork.of(spec, weights, kernels).classifier(batchSize);
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public int embeddingLength() {
        return embeddingLength;
    }

    @Override
    public Outputs classify(float[] images, int count) {
        float[] logits = new float[count * classes];
        float[] embeddings = new float[count * embeddingLength];
        for (int first = 0; first < count; first += executor.batch()) {
            executor.run(images, first, Math.min(executor.batch(), count - first), logits, embeddings);
        }
        return new Outputs(logits, embeddings);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            executor.close();
            afterClosing.run();
        }
    }
}
