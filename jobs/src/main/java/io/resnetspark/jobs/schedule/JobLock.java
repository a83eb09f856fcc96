package io.resnetspark.jobs.schedule;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Keeps two processes from running the same job, or two schedulers from sharing a history. The operating system holds it,
 * so it ends with the process that took it, however that ends.
 */
final class JobLock implements AutoCloseable {

    private final FileChannel channel;

    private JobLock(FileChannel channel) {
        this.channel = channel;
    }

    /** The lock, unless another has it. */
    static Optional<JobLock> tryTake(RunHistory history, String name) {
        Path file = history.folder().resolve("locks").resolve(name + ".lock");
        try {
            Files.createDirectories(file.getParent());
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = null;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                // Another thread of this process has it.
            } finally {
                if (lock == null) {
                    channel.close();
                }
            }
            return lock == null ? Optional.empty() : Optional.of(new JobLock(channel));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot lock %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
