package io.resnetspark.bench.schedule;

/** A system cannot go on; the others can. */
public final class ContestantFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    public ContestantFailedException(String message) {
        super(message);
    }
}
