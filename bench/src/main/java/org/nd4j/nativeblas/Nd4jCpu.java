package org.nd4j.nativeblas;

/**
 * Makes DL4J M2.1's oneDNN helpers load. Its {@code BaseMKLDNNHelper} asks {@code
 * org.nd4j.nativeblas.Nd4jCpu$Environment} by reflection whether oneDNN may be used, but M2.1 moved that class; without an
 * answer every layer silently computes without oneDNN.
 */
public final class Nd4jCpu {

    private Nd4jCpu() {}

    /** Answers from the class that M2.1 really has. */
    public static final class Environment {

        private static final Environment INSTANCE = new Environment();

        private Environment() {}

        /** Called by reflection. */
        public static Environment getInstance() {
            return INSTANCE;
        }

        /** Called by reflection, only where {@code org.eclipse.deeplearning4j.helpers.disable} is false. */
        @SuppressWarnings("MethodMayBeStatic")
        public boolean isUseMKLDNN() {
            return org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu.Environment.getInstance()
                    .isUseONEDNN();
        }
    }
}
