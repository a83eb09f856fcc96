package io.resnetspark.pipeline.storage;

/** A holder went on after its lease had run out or another had taken over; what it wanted to write was not written. */
public final class LeaseLostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LeaseLostException(String message) {
        super(message);
    }
}
