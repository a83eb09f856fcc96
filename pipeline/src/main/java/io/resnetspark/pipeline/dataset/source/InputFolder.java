package io.resnetspark.pipeline.dataset.source;

import io.resnetspark.model.error.ConfigurationException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The folder a source lies in, as the driver sees it. */
final class InputFolder {

    private final FileSystem fileSystem;
    private final Path path;

    private InputFolder(FileSystem fileSystem, Path path) {
        this.fileSystem = fileSystem;
        this.path = path;
    }

    /** @throws ConfigurationException if there is no such folder */
    static InputFolder open(String input, Configuration configuration) {
        try {
            Path path = new Path(input);
            FileSystem fileSystem = path.getFileSystem(configuration);
            Path qualified = fileSystem.makeQualified(path);
            if (!fileSystem.getFileStatus(qualified).isDirectory()) {
                throw new ConfigurationException("The input %s is a file; name the folder it lies in".formatted(input));
            }
            return new InputFolder(fileSystem, qualified);
        } catch (FileNotFoundException e) {
            throw new ConfigurationException("The input folder %s does not exist".formatted(input), e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot open the input folder %s: %s".formatted(input, e.getMessage()), e);
        }
    }

    /** Fully qualified. */
    Path path() {
        return path;
    }

    /** Entries whose names match, sorted by name. */
    List<FileStatus> list(Path folder, Predicate<FileStatus> wanted) {
        try {
            List<FileStatus> found = new ArrayList<>();
            for (FileStatus status : fileSystem.listStatus(folder)) {
                if (wanted.test(status)) {
                    found.add(status);
                }
            }
            found.sort(Comparator.comparing(status -> status.getPath().getName()));
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    List<FileStatus> files(Predicate<String> wanted) {
        return list(
                path, status -> status.isFile() && wanted.test(status.getPath().getName()));
    }

    InputStream open(Path file) {
        try {
            return fileSystem.open(file);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot open %s: %s".formatted(file, e.getMessage()), e);
        }
    }
}
