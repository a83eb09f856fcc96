package io.resnetspark.pipeline.tracking;

/** A tracking server does not answer, or refuses. */
public final class MlflowException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** For a server that did not answer at all. */
    static final int NO_RESPONSE = 0;

    private final int status;

    /** @param status of HTTP, or {@link #NO_RESPONSE} */
    MlflowException(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    int status() {
        return status;
    }
}
