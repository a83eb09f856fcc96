package io.resnetspark.jobs.outcome;

import io.resnetspark.model.error.ResNetSparkException;
import io.resnetspark.model.gpu.Nd4jBackends;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * What a failed command tells its user.
 *
 * @param status the exit status
 * @param message for the user, without a stack trace
 * @param cause what was thrown
 */
public record Failure(ExitStatus status, String message, Throwable cause) {

    /**
     * Judges what a command threw. A failure meant for the user counts wherever it was thrown: Spark wraps what a task
     * throws in exceptions of its own, several deep.
     */
    public static Failure of(Throwable thrown) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Throwable root = thrown;
        String storage = null;
        for (Throwable each = thrown; each != null && seen.add(each); each = each.getCause()) {
            if (each instanceof ResNetSparkException forUser) {
                return new Failure(ExitStatus.of(forUser), forUser.getMessage(), thrown);
            }
            if (each instanceof Nd4jBackend.NoAvailableBackendException) {
                return new Failure(
                        ExitStatus.CONFIGURATION, Nd4jBackends.onTheClassPath().whyNoneOpens(), thrown);
            }
            if (storage == null && each instanceof UncheckedIOException) {
                storage = firstLine(each.getMessage());
            }
            root = each;
        }
        // Who throws an UncheckedIOException says which file; its cause only knows what is wrong with it.
        return new Failure(ExitStatus.FAILURE, storage == null ? describe(root) : storage, thrown);
    }

    private static String describe(Throwable root) {
        String message = root.getMessage();
        String name = root.getClass().getSimpleName();
        return message == null ? name : "%s: %s".formatted(name, firstLine(message));
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }

    /** Whether the message says all there is to say, so that no stack trace is kept. */
    public boolean isForUser() {
        return status != ExitStatus.FAILURE;
    }
}
