package io.resnetspark.model.inference;

import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.PreparedNetwork;
import io.resnetspark.model.kernel.StraightNetwork;
import io.resnetspark.model.weights.StateDict;

/**
 * A folded network from which every thread of a process takes a classifier of its own: the classifiers share the weights,
 * which lie in the kernels' memory as long as any of them is open. Thread-safe.
 */
public final class SharedNetwork {

    private final StraightNetwork network;
    private final Kernels kernels;
    private PreparedNetwork prepared;
    private int classifiers;

    private SharedNetwork(StraightNetwork network, Kernels kernels) {
        this.network = network;
        this.kernels = kernels;
    }

    /**
     * A network on the kernels of this process.
     *
     * @throws io.resnetspark.model.error.BadDataException if a parameter is missing or of another size than the network's
     */
    public static SharedNetwork of(ResNetSpec spec, StateDict weights) {
        return of(spec, weights, Kernels.ofThisProcess());
    }

    static SharedNetwork of(ResNetSpec spec, StateDict weights, Kernels kernels) {
        return new SharedNetwork(Folding.fold(spec, weights), kernels);
    }

    /**
     * A classifier for the calling thread, with as many threads as that has.
     *
     * @param batchSize images that usually come together, at least 1; calls may bring more or fewer
     */
    public synchronized NetworkClassifier classifier(int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size must be at least 1, not " + batchSize);
        }
        if (classifiers == 0) {
            prepared = kernels.inference(network);
        }
        NetworkClassifier classifier = new NetworkClassifier(
                prepared.program(batchSize),
                network.logits().shape().channels(),
                network.features().shape().channels(),
                this::closed);
        classifiers++;
        return classifier;
    }

    private synchronized void closed() {
        classifiers--;
        if (classifiers == 0) {
            prepared.close();
            prepared = null;
        }
    }
}
