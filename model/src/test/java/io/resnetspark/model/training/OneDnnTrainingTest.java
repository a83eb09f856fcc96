package io.resnetspark.model.training;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.onednn.OneDnnKernels;

/** By oneDNN's primitives. */
class OneDnnTrainingTest extends TrainingAgreement {

    @Override
    Kernels kernels() {
        assumeTrue(OneDnnKernels.available(), "oneDNN is not available on this platform");
        return Kernels.oneDnn();
    }
}
