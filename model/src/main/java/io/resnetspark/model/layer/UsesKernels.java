package io.resnetspark.model.layer;

import io.resnetspark.model.kernel.Kernels;

/** A layer or vertex that computes through {@link Kernels}. */
public interface UsesKernels {

    /** Computes with these from now on instead of {@link Kernels#ofThisProcess()}. */
    void useKernels(Kernels kernels);

    /** What it computes with. */
    Kernels kernels();
}
