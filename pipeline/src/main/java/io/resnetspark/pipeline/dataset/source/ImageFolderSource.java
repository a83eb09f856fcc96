package io.resnetspark.pipeline.dataset.source;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.input.DecodeLimits;
import io.resnetspark.pipeline.dataset.Split;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * One folder per class, optionally below folders called train, val and test (torchvision's {@code ImageFolder}). Files
 * anywhere below a class folder belong to that class; files outside every class folder are rejected. As everywhere in
 * Spark, names that start with {@code .} or {@code _} are not looked at; a class folder called so is refused rather than
 * skipped.
 *
 * @param input path or URI of the folder
 */
record ImageFolderSource(String input) implements ImageSource {

    @Override
    public SourceImages images(SparkSession spark) {
        org.apache.hadoop.conf.Configuration hadoop = spark.sessionState().newHadoopConf();
        InputFolder folder = InputFolder.open(input, hadoop);
        List<FileStatus> top = visibleFolders(folder, folder.path());
        boolean hasSplits = hasSplitLevel(folder, top);
        List<FileStatus> classFolders = new ArrayList<>();
        for (FileStatus topFolder : top) {
            if (hasSplits) {
                classFolders.addAll(visibleFolders(folder, topFolder.getPath()));
            } else {
                classFolders.add(topFolder);
            }
        }
        if (classFolders.isEmpty()) {
            throw new ConfigurationException(
                    "%s holds no class folders; put the images of each class into a folder named after it"
                            .formatted(input));
        }
        Dataset<Row> files = spark.read()
                .format("binaryFile")
                .option("recursiveFileLookup", "true")
                .load(escapeGlob(folder.path().toString()))
                .select("path", "length");
        Dataset<Row> rows = files.mapPartitions(
                new ReadFiles(folder.path().toString(), hasSplits, new SerializableConfiguration(hadoop)),
                Encoders.row(SourceImages.SCHEMA));
        TreeSet<String> names = classFolders.stream()
                .map(status -> status.getPath().getName())
                .collect(Collectors.toCollection(TreeSet::new));
        long bytes =
                files.queryExecution().optimizedPlan().stats().sizeInBytes().longValue();
        return new SourceImages(rows, List.of(), List.copyOf(names), bytes);
    }

    private List<FileStatus> visibleFolders(InputFolder folder, Path parent) {
        List<FileStatus> folders = folder.list(
                parent,
                status -> status.isDirectory() && !status.getPath().getName().startsWith("."));
        for (FileStatus status : folders) {
            if (status.getPath().getName().startsWith("_")) {
                throw new ConfigurationException(
                        "Spark does not read folders whose name starts with _: rename %s".formatted(status.getPath()));
            }
        }
        return folders;
    }

    /** Whether the top folders are train, val, test with class folders in them, rather than classes. */
    private boolean hasSplitLevel(InputFolder folder, List<FileStatus> top) {
        List<String> splits = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (FileStatus status : top) {
            String name = status.getPath().getName();
            boolean isSplit = Split.find(name).isPresent()
                    && !visibleFolders(folder, status.getPath()).isEmpty();
            (isSplit ? splits : others).add(name);
        }
        others.removeIf(name -> !splits.isEmpty() && Split.find(name).isPresent()); // a split without images yet
        if (!splits.isEmpty() && !others.isEmpty()) {
            throw new ConfigurationException(
                    "%s mixes split folders %s with others %s; use one level of split folders, or none"
                            .formatted(input, splits, others));
        }
        return !splits.isEmpty();
    }

    /** Spark takes input paths for patterns. */
    static String escapeGlob(String path) {
        return path.replaceAll("([\\\\{}\\[\\]*?])", "\\\\$1");
    }

    /** Reads each listed file; one that cannot be read is a rejected image, not a failed job. */
    private record ReadFiles(String root, boolean hasSplits, SerializableConfiguration hadoop)
            implements MapPartitionsFunction<Row, Row> {

        private static final int ATTEMPTS = 2;

        @Override
        public Iterator<Row> call(Iterator<Row> files) {
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return files.hasNext();
                }

                @Override
                public Row next() {
                    Row file = files.next();
                    return read(file.getString(0), file.getLong(1));
                }
            };
        }

        private Row read(String path, long length) {
            String[] parts = path.substring(root.endsWith("/") ? root.length() : root.length() + 1)
                    .split("/");
            int classLevel = hasSplits ? 1 : 0;
            Optional<Split> split = hasSplits ? Split.find(parts[0]) : Optional.empty();
            String label = parts.length > classLevel + 1 ? parts[classLevel] : null;
            long limit = DecodeLimits.standard().maxBytes();
            if (length > limit) {
                return SourceRow.rejected(
                        path,
                        label,
                        split.orElse(null),
                        null,
                        SourceRow.TOO_LARGE,
                        "The file has %d bytes, more than the limit of %d".formatted(length, limit));
            }
            byte[] content;
            try {
                content = readWithRetry(path);
            } catch (IOException e) {
                return SourceRow.rejected(
                        path, label, split.orElse(null), null, SourceRow.UNREADABLE, String.valueOf(e.getMessage()));
            }
            return label == null
                    ? SourceRow.rejected(
                            path,
                            null,
                            split.orElse(null),
                            content,
                            SourceRow.NO_LABEL,
                            "The file lies outside every class folder")
                    : SourceRow.encoded(path, label, split.orElse(null), content);
        }

        private byte[] readWithRetry(String path) throws IOException {
            IOException last = null;
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Path file = new Path(path);
                try (InputStream in = file.getFileSystem(hadoop.value()).open(file)) {
                    return in.readAllBytes();
                } catch (IOException e) {
                    last = e;
                }
            }
            throw last;
        }
    }
}
