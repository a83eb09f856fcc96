package io.resnetspark.pipeline.retrain;

import io.resnetspark.pipeline.dataset.Split;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The classes that a batch of class folders names, before any of its images is read. */
final class ClassFolders {

    private ClassFolders() {}

    /** Names of the class folders, directly in the batch or below its train, val and test folders. */
    static SortedSet<String> of(String batch, Configuration hadoop) {
        try {
            Path folder = new Path(batch);
            FileSystem fileSystem = folder.getFileSystem(hadoop);
            SortedSet<String> classes = new TreeSet<>();
            for (Path child : folders(fileSystem, folder)) {
                List<Path> below = Split.find(child.getName()).isPresent() ? folders(fileSystem, child) : List.of();
                below.forEach(path -> classes.add(path.getName()));
                if (below.isEmpty()) {
                    classes.add(child.getName());
                }
            }
            return classes;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list %s: %s".formatted(batch, e.getMessage()), e);
        }
    }

    private static List<Path> folders(FileSystem fileSystem, Path parent) throws IOException {
        List<Path> folders = new ArrayList<>();
        for (FileStatus status : fileSystem.listStatus(parent)) {
            if (status.isDirectory() && !status.getPath().getName().startsWith(".")) {
                folders.add(status.getPath());
            }
        }
        return folders;
    }
}
