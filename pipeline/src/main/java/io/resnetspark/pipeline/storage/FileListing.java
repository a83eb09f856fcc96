package io.resnetspark.pipeline.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * Lists files. On local disks Hadoop's own {@link FileSystem#listFiles} starts a process for every file, to ask for its
 * permissions; here nobody asks for them.
 */
public final class FileListing {

    private FileListing() {}

    /**
     * The files directly in a folder, or the file itself.
     *
     * @throws FileNotFoundException if it does not exist
     */
    public static List<FileStatus> in(FileSystem fileSystem, Path folder) throws IOException {
        List<FileStatus> files = new ArrayList<>();
        for (FileStatus entry : fileSystem.listStatus(folder)) {
            if (entry.isFile()) {
                files.add(entry);
            }
        }
        return files;
    }

    /**
     * All files below a folder, or the file itself.
     *
     * @throws FileNotFoundException if it does not exist
     */
    public static List<FileStatus> below(FileSystem fileSystem, Path folder) throws IOException {
        List<FileStatus> files = new ArrayList<>();
        if (fileSystem instanceof LocalFileSystem) {
            addBelow(fileSystem, folder, files);
        } else { // object stores list a whole tree in few requests
            RemoteIterator<? extends FileStatus> found = fileSystem.listFiles(folder, true);
            while (found.hasNext()) {
                files.add(found.next());
            }
        }
        return files;
    }

    private static void addBelow(FileSystem fileSystem, Path folder, List<FileStatus> files) throws IOException {
        for (FileStatus entry : fileSystem.listStatus(folder)) {
            if (entry.isDirectory()) {
                addBelow(fileSystem, entry.getPath(), files);
            } else {
                files.add(entry);
            }
        }
    }
}
