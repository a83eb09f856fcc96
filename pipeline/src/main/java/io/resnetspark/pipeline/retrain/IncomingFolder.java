package io.resnetspark.pipeline.retrain;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.InputFiles;
import io.resnetspark.pipeline.storage.InputFiles.Entry;
import io.resnetspark.pipeline.storage.InputFiles.Kind;
import io.resnetspark.pipeline.storage.Location;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder that batches arrive in: every sub-folder with files is one, in the order of their names. */
public final class IncomingFolder {

    private static final Logger LOG = LoggerFactory.getLogger(IncomingFolder.class);

    private final String folder;
    private final InputFiles files;
    private final Optional<String> readyFile;

    public IncomingFolder(RetrainConfig config, Configuration hadoop) {
        this.folder = config.intake().incoming();
        this.files = InputFiles.of(config.intake().incoming(), hadoop);
        this.readyFile = config.intake().readyFile();
        checkOutside(config.places().dataset(), "dataset", hadoop);
        checkOutside(config.places().work(), "work", hadoop);
    }

    /** What a retraining writes would be its own next batch. */
    private void checkOutside(String output, String key, Configuration hadoop) {
        String path = Location.of(output, hadoop).path().toString();
        if ((path + "/").startsWith(files.root() + "/")) {
            throw new ConfigurationException(
                    "retrain.%s (%s) lies inside retrain.incoming (%s) and would be taken for a batch; put it elsewhere"
                            .formatted(key, output, folder));
        }
    }

    /**
     * All batches that are complete.
     *
     * @throws ConfigurationException if there is no such folder
     */
    public List<IncomingBatch> scan() {
        if (files.rootEntry().isEmpty()) {
            throw new ConfigurationException(
                    "retrain.incoming: the folder %s does not exist; create it, batches arrive in its sub-folders"
                            .formatted(folder));
        }
        try {
            List<IncomingBatch> batches = new ArrayList<>();
            for (Entry entry : files.list(files.root())) {
                if (entry.is(Kind.UNREADABLE)) {
                    LOG.warn("{} is no batch: {}", entry.path(), entry.problem());
                }
                if (entry.is(Kind.FOLDER) && !entry.name().startsWith("_") && isReady(entry)) {
                    IncomingBatch batch = look(entry);
                    if (batch.files() > 0) {
                        batches.add(batch);
                    }
                }
            }
            return batches;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private boolean isReady(Entry batch) throws IOException {
        return readyFile.isEmpty()
                || files.list(batch.path()).stream()
                        .anyMatch(entry -> entry.name().equals(readyFile.get()));
    }

    private IncomingBatch look(Entry batch) {
        long count = 0;
        long bytes = 0;
        long newest = 0;
        for (Entry file : files.below(batch.path())) {
            count++;
            bytes += file.length();
            newest = Math.max(newest, file.modified());
        }
        return new IncomingBatch(batch.name(), batch.path(), count, bytes, newest);
    }
}
