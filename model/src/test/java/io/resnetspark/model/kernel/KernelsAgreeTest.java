package io.resnetspark.model.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.kernel.onednn.OneDnnKernels;

/** oneDNN. */
class KernelsAgreeTest extends KernelAgreement {

    @Override
    protected Kernels kernels() {
        assumeTrue(OneDnnKernels.available(), "oneDNN is not available on this platform");
        return Kernels.oneDnn();
    }
}
