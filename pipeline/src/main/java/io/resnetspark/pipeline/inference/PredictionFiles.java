package io.resnetspark.pipeline.inference;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.storage.Location;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The output of a prediction: two Parquet tables, {@value #PREDICTIONS} and {@value #REJECTS}, in folders
 * {@code chunk=N} that appear by a rename once they are complete. One writer at a time.
 */
final class PredictionFiles {

    static final String PREDICTIONS = "predictions.parquet";
    static final String REJECTS = "rejects.parquet";

    private static final String STAGING = ".staging-";
    private static final Pattern CHUNK = Pattern.compile("chunk=(\\d+)");

    private final SparkSession spark;
    private final Path root;
    private final FileSystem fileSystem;

    PredictionFiles(SparkSession spark, String output) {
        this.spark = spark;
        Location location =
                Location.of(output, spark.sessionState().newHadoopConf()).requireNameable();
        this.root = location.path();
        this.fileSystem = location.fileSystem();
    }

    /** Removes what a killed writer left. */
    void removeUnfinished() {
        try {
            for (FileStatus entry : list(root)) {
                if (entry.getPath().getName().startsWith(STAGING)) {
                    fileSystem.delete(entry.getPath(), true);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot clean up " + root, e);
        }
    }

    /** The tables that exist. */
    List<Dataset<Row>> tables() {
        return Stream.of(PREDICTIONS, REJECTS)
                .flatMap(name -> table(name).stream())
                .toList();
    }

    /** The table of predictions, if there is one yet. */
    Optional<Dataset<Row>> predictions() {
        return table(PREDICTIONS);
    }

    private Optional<Dataset<Row>> table(String name) {
        return chunks(name).isEmpty()
                ? Optional.empty()
                : Optional.of(spark.read().parquet(new Location(new Path(root, name), fileSystem).literal()));
    }

    /** The first chunk number that neither table has. */
    int nextChunk() {
        List<Integer> taken = new ArrayList<>(chunks(PREDICTIONS));
        taken.addAll(chunks(REJECTS));
        return taken.stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
    }

    /**
     * Adds one chunk to both tables. Rejects appear first: killed in between, the next run finds the predictions missing
     * and makes them again, and nothing is there twice.
     *
     * @param predictions written first
     * @param wanted asked then; without it nothing is added
     * @param rejects asked for after that
     */
    void add(int chunk, Dataset<Row> predictions, BooleanSupplier wanted, Supplier<Dataset<Row>> rejects) {
        Path staging = new Path(root, STAGING + UUID.randomUUID());
        predictions.write().parquet(new Path(staging, PREDICTIONS).toString());
        try {
            if (!wanted.getAsBoolean()) { // no hash fell into it
                fileSystem.delete(staging, true);
                return;
            }
            rejects.get().write().parquet(new Path(staging, REJECTS).toString());
            for (String name : List.of(REJECTS, PREDICTIONS)) {
                Path target = new Path(new Path(root, name), "chunk=" + chunk);
                fileSystem.mkdirs(target.getParent());
                if (!fileSystem.rename(new Path(staging, name), target)) {
                    throw new BadDataException(
                            "%s could not be written; is another prediction writing to %s?".formatted(target, root));
                }
            }
            fileSystem.delete(staging, true);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot publish chunk %d of %s".formatted(chunk, root), e);
        }
    }

    private List<Integer> chunks(String table) {
        List<Integer> numbers = new ArrayList<>();
        try {
            for (FileStatus entry : list(new Path(root, table))) {
                Matcher name = CHUNK.matcher(entry.getPath().getName());
                if (name.matches()) {
                    numbers.add(Integer.valueOf(name.group(1)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list " + root, e);
        }
        return numbers;
    }

    private FileStatus[] list(Path folder) throws IOException {
        return fileSystem.exists(folder) ? fileSystem.listStatus(folder) : new FileStatus[0];
    }
}
