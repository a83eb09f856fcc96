package io.resnetspark.model.gpu.cudnn;

/** An algorithm does not compute what it was proposed for; the device is as it was, and another one may. */
final class AlgorithmRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    AlgorithmRefusedException(String message) {
        super(message);
    }
}
