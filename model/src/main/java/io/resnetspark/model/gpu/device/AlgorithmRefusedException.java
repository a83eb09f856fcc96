package io.resnetspark.model.gpu.device;

/** An algorithm does not compute what it was proposed for; the device is as it was, and another one may. */
public final class AlgorithmRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public AlgorithmRefusedException(String message) {
        super(message);
    }
}
