package io.resnetspark.model.inference;

import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.Folding;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.PreparedProgram;
import io.resnetspark.model.program.Quantization;
import io.resnetspark.model.weights.StateDict;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A folded network from which every thread of a process takes a classifier of its own: the classifiers share the weights,
 * which lie in the kernels' memory as long as any of them is open. Thread-safe.
 */
public final class SharedNetwork {

    private final InferenceProgram program;
    private final Kernels kernels;
    private @Nullable PreparedProgram prepared;
    private int classifiers;

    private SharedNetwork(InferenceProgram program, Kernels kernels) {
        this.program = program;
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
        return new SharedNetwork(program(spec, weights), kernels);
    }

    /** The network as these classify by it. */
    public static InferenceProgram program(ResNetSpec spec, StateDict weights) {
        return Folding.fold(ResNet.program(spec), NetworkWeights.toFlat(ParameterLayout.of(spec), weights));
    }

    /**
     * The same network in another precision.
     *
     * @param quantization the steps of its maps; needed for 8-bit integers
     * @throws ConfigurationException if the kernels of this process do not compute so
     */
    public SharedNetwork in(InferencePrecision precision, Optional<Quantization> quantization) {
        if (!kernels.infersIn(precision)) {
            throw new ConfigurationException("%s does not classify in %s; choose another --precision"
                    .formatted(kernels.description(), precision.label()));
        }
        return new SharedNetwork(program.in(precision, quantization), kernels);
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
        PreparedProgram shared = prepared == null ? kernels.inference(program) : prepared;
        prepared = shared;
        classifiers++;
        try {
            return new NetworkClassifier(
                    shared.executor(batchSize),
                    program.program().classes(),
                    program.program().features().channels(),
                    this::closed);
        } catch (RuntimeException | Error e) {
            closed();
            throw e;
        }
    }

    private synchronized void closed() {
        classifiers--;
        if (classifiers == 0 && prepared != null) {
            prepared.close();
            prepared = null;
        }
    }
}
