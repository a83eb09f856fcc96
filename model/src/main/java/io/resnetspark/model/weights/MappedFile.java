package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file's bytes mapped into memory, read-only and little-endian. */
final class MappedFile {

    private MappedFile() {}

    /**
     * Maps all of {@code file}.
     *
     * @throws BadDataException if it is missing, no regular file, unreadable, or 2 GiB or larger
     */
    static ByteBuffer open(Path file) {
        if (!Files.exists(file)) {
            throw new BadDataException("Weights file %s does not exist; check the path".formatted(file));
        }
        if (!Files.isRegularFile(file)) {
            throw new BadDataException("%s is not a file of weights (a directory or device)".formatted(file));
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new BadDataException(
                        "%s has %d bytes; weights of 2 GiB and more are not read (a ResNet-152 has 0.24 GB)"
                                .formatted(file, channel.size()));
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new BadDataException("Cannot read %s: %s".formatted(file, e), e);
        }
    }
}
