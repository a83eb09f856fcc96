package resnetspark.ml;

import io.resnetspark.model.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A directory that driver and executors see, gone when closed. */
final class ScratchDirectory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ScratchDirectory.class);

    private final Path path;
    private final Configuration hadoop;

    private ScratchDirectory(Path path, Configuration hadoop) {
        this.path = path;
        this.hadoop = hadoop;
    }

    /**
     * @param parent where to make it; else Spark's checkpoint directory, else, in local mode, {@code java.io.tmpdir}
     * @throws ConfigurationException if there is no place for it
     */
    static ScratchDirectory create(SparkSession spark, Optional<String> parent) {
        Configuration hadoop = spark.sessionState().newHadoopConf();
        String name = "resnet-spark-" + UUID.randomUUID();
        try {
            Path path = new Path(parent(spark.sparkContext(), parent), name);
            path.getFileSystem(hadoop).mkdirs(path);
            return new ScratchDirectory(path.getFileSystem(hadoop).makeQualified(path), hadoop);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "Cannot make a directory for temporary data: %s; set workingDir to one that can be written"
                            .formatted(e.getMessage()),
                    e);
        }
    }

    private static Path parent(SparkContext context, Optional<String> chosen) throws IOException {
        if (chosen.isPresent()) {
            return new Path(chosen.get());
        }
        if (context.getCheckpointDir().isDefined()) {
            return new Path(context.getCheckpointDir().get());
        }
        if (context.isLocal()) {
            return new Path(Files.createDirectories(java.nio.file.Path.of(System.getProperty("java.io.tmpdir")))
                    .toUri());
        }
        throw new ConfigurationException(
                "On a cluster the images must be prepared where all executors see them: set workingDir, or Spark's checkpoint directory");
    }

    String child(String name) {
        return new Path(path, name).toString();
    }

    @Override
    public void close() {
        try {
            path.getFileSystem(hadoop).delete(path, true);
        } catch (IOException e) {
            LOG.warn("Temporary data stay behind in {}: {}", path, e.getMessage());
        }
    }
}
