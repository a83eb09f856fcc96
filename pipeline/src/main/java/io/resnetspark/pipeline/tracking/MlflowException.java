package io.resnetspark.pipeline.tracking;

/** A tracking server does not answer, or refuses. */
public final class MlflowException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MlflowException(String message, Throwable cause) {
        super(message, cause);
    }
}
