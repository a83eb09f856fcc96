package io.resnetspark.pipeline.retrain;

import io.resnetspark.model.error.ConfigurationException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** The folder that batches arrive in: every sub-folder with files is one, in the order of their names. */
final class IncomingFolder {

    private final Path folder;
    private final Optional<String> readyFile;
    private final Configuration hadoop;

    IncomingFolder(RetrainConfig config, Configuration hadoop) {
        this.folder = new Path(config.incoming());
        this.readyFile = config.readyFile();
        this.hadoop = hadoop;
    }

    /**
     * All batches that are complete.
     *
     * @throws ConfigurationException if there is no such folder
     */
    List<IncomingBatch> scan() {
        try {
            FileSystem fileSystem = folder.getFileSystem(hadoop);
            List<IncomingBatch> batches = new ArrayList<>();
            for (FileStatus entry : fileSystem.listStatus(folder)) {
                Path path = entry.getPath();
                if (entry.isDirectory() && !isHidden(path) && isReady(fileSystem, path)) {
                    IncomingBatch batch = look(fileSystem, path);
                    if (batch.files() > 0) {
                        batches.add(batch);
                    }
                }
            }
            batches.sort(Comparator.comparing(IncomingBatch::name));
            return batches;
        } catch (FileNotFoundException e) {
            throw new ConfigurationException(
                    "retrain.incoming: the folder %s does not exist; create it, batches arrive in its sub-folders"
                            .formatted(folder),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private boolean isReady(FileSystem fileSystem, Path batch) throws IOException {
        return readyFile.isEmpty() || fileSystem.exists(new Path(batch, readyFile.get()));
    }

    private static boolean isHidden(Path path) {
        return path.getName().startsWith(".") || path.getName().startsWith("_");
    }

    private static IncomingBatch look(FileSystem fileSystem, Path batch) throws IOException {
        long files = 0;
        long bytes = 0;
        long newest = 0;
        RemoteIterator<LocatedFileStatus> all = fileSystem.listFiles(batch, true);
        while (all.hasNext()) {
            LocatedFileStatus file = all.next();
            files++;
            bytes += file.getLen();
            newest = Math.max(newest, file.getModificationTime());
        }
        return new IncomingBatch(batch.getName(), batch.toString(), files, bytes, newest);
    }
}
