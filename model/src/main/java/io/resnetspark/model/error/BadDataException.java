package io.resnetspark.model.error;

/** Images, datasets, weights or checkpoints are missing, damaged or do not fit: exit code 3. */
public final class BadDataException extends ResNetSparkException {

    private static final long serialVersionUID = 1L;

    public BadDataException(String message) {
        super(message);
    }

    public BadDataException(String message, Throwable cause) {
        super(message, cause);
    }
}
