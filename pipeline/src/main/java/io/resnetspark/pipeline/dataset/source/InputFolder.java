package io.resnetspark.pipeline.dataset.source;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.InputFiles;
import io.resnetspark.pipeline.storage.InputFiles.Entry;
import io.resnetspark.pipeline.storage.InputFiles.Kind;
import io.resnetspark.pipeline.storage.Location;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;

/** The folder a source lies in, as the driver sees it. */
record InputFolder(InputFiles files, Configuration hadoop) {

    /** @throws ConfigurationException if there is no such folder */
    static InputFolder open(String input, Configuration hadoop) {
        return checked(input, InputFiles.of(input, hadoop), hadoop);
    }

    /** @throws ConfigurationException if there is no such folder */
    static InputFolder checked(String input, InputFiles files, Configuration hadoop) {
        Entry root = files.rootEntry()
                .orElseThrow(() -> new ConfigurationException(
                        "The input folder %s does not exist%s".formatted(input, localeHint(input))));
        if (root.is(Kind.UNREADABLE)) {
            throw new ConfigurationException("Cannot open the input folder %s: %s".formatted(input, root.problem()));
        }
        if (!root.is(Kind.FOLDER)) {
            throw new ConfigurationException("The input %s is a file; name the folder it lies in".formatted(input));
        }
        return new InputFolder(files, hadoop);
    }

    /** An argument that the locale could not read. */
    private static String localeHint(String input) {
        return input.indexOf('\uFFFD') < 0
                ? ""
                : ": the locale of this process names files in %s; set LC_ALL=C.UTF-8 and run it again"
                        .formatted(Location.nameEncoding());
    }

    /** Fully qualified. */
    String path() {
        return files.root();
    }

    /** Entries of a folder, sorted by name. */
    List<Entry> list(String folder) {
        try {
            return files.list(folder);
        } catch (IOException e) {
            throw new BadDataException("Cannot list %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    /**
     * Files directly in it whose names match, sorted by name.
     *
     * @throws BadDataException if one of them cannot be read
     */
    List<Entry> files(Predicate<String> wanted) {
        List<Entry> found =
                list(path()).stream().filter(entry -> wanted.test(entry.name())).toList();
        found.stream().filter(entry -> entry.is(Kind.UNREADABLE)).findFirst().ifPresent(entry -> {
            throw new BadDataException("Cannot read %s: %s".formatted(entry.path(), entry.problem()));
        });
        return found.stream().filter(entry -> entry.is(Kind.FILE)).toList();
    }

    InputStream open(String file) {
        try {
            return InputFiles.open(file, 0, hadoop);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot open %s: %s".formatted(file, e.getMessage()), e);
        }
    }
}
