package io.resnetspark.model.error;

/** Training produced a loss that is not finite or exploded: exit code 4. */
public non-sealed class DivergedException extends ResNetSparkException {

    private static final long serialVersionUID = 1L;

    public DivergedException(String message) {
        super(message);
    }

    public DivergedException(String message, Throwable cause) {
        super(message, cause);
    }
}
