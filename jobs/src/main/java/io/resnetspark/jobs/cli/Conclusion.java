package io.resnetspark.jobs.cli;

import io.resnetspark.jobs.outcome.ExitStatus;

/**
 * How a command that ran to its end came out.
 *
 * @param status usually {@link ExitStatus#DONE}
 * @param message what came out, the last thing on standard output
 */
public record Conclusion(ExitStatus status, String message) {

    public static Conclusion done(String message) {
        return new Conclusion(ExitStatus.DONE, message);
    }
}
