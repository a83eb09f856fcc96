package io.resnetspark.model.inference;

import io.resnetspark.model.Classifier;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.kernel.InferenceProgram;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.StraightNetwork;
import io.resnetspark.model.weights.StateDict;

/** A residual network as a classifier, several times faster than its graph's {@code output}. */
public final class NetworkClassifier implements Classifier {

    private final InferenceProgram program;
    private final int classes;

    private NetworkClassifier(InferenceProgram program, int classes) {
        this.program = program;
        this.classes = classes;
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
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size must be at least 1, not " + batchSize);
        }
        StraightNetwork network = Folding.fold(spec, weights);
        return new NetworkClassifier(kernels.inference(network, batchSize), spec.classes());
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public float[] logits(float[] images, int count) {
        float[] logits = new float[count * classes];
        for (int first = 0; first < count; first += program.batch()) {
            program.run(images, first, Math.min(program.batch(), count - first), logits);
        }
        return logits;
    }

    @Override
    public void close() {
        program.close();
    }
}
