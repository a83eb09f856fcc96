package io.resnetspark.model.error;

/**
 * A failure whose message is written for the user: what is wrong, where, and what to do about it. The command line
 * prints the message without a stack trace and exits with the code of the subclass.
 */
public abstract sealed class ResNetSparkException extends RuntimeException
        permits ConfigurationException, BadDataException, DivergedException {

    private static final long serialVersionUID = 1L;

    ResNetSparkException(String message) {
        super(message);
    }

    ResNetSparkException(String message, Throwable cause) {
        super(message, cause);
    }
}
