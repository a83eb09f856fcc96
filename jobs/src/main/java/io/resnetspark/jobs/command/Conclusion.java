package io.resnetspark.jobs.command;

import io.resnetspark.jobs.outcome.ExitStatus;

/**
 * How a command that ran to its end came out.
 *
 * @param status usually {@link ExitStatus#DONE}
 * @param message what came out, the last thing on standard output
 */
record Conclusion(ExitStatus status, String message) {

    static Conclusion done(String message) {
        return new Conclusion(ExitStatus.DONE, message);
    }
}
