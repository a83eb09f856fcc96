package io.resnetspark.pipeline.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** The local disk, in a directory whose name is not easy. */
public final class LocalStorage extends TestStorage {

    @Override
    protected Server start() throws IOException {
        Path directory = Files.createTempDirectory("storage");
        Path root = Files.createDirectory(directory.resolve("größe mit %20 spaces"));
        return new Server() {
            @Override
            public String root() {
                return root.toString();
            }

            @Override
            public void configure(Configuration configuration) {
                // local paths are known to all
            }

            @Override
            public void close() {
                try (Stream<Path> files = Files.walk(directory)) {
                    files.sorted(Comparator.reverseOrder())
                            .forEach(file -> file.toFile().delete());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }
}
