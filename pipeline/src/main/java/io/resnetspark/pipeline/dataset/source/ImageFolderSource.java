package io.resnetspark.pipeline.dataset.source;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.input.DecodeLimits;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.storage.FileListing;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;

/**
 * One folder per class, optionally below folders called train, val and test (torchvision's {@code ImageFolder}). Files
 * anywhere below a class folder belong to that class; files outside every class folder are rejected; names that start
 * with a dot are not looked at.
 *
 * <p>Folders are listed and files are read by Spark's tasks. Spark's own {@code binaryFile} source is not used because it
 * drops empty files and names that start with {@code _} without a word, and fails as a whole on one unreadable file.
 *
 * @param input path or URI of the folder
 */
record ImageFolderSource(String input) implements ImageSource {

    private static final long BYTES_PER_TASK = 64L << 20;
    private static final long FILES_PER_TASK = 5_000;

    /** A folder whose files share class and split. {@code label} is null for files outside the class folders. */
    private record Place(String folder, String label, Split split) implements Serializable {}

    private record FileEntry(String path, long length, String label, Split split) implements Serializable {}

    /** Number and total size of files. */
    private record Amount(long files, long bytes) implements Serializable {

        Amount plus(Amount other) {
            return new Amount(files + other.files, bytes + other.bytes);
        }
    }

    @Override
    public SourceImages images(SparkSession spark) {
        Configuration hadoop = spark.sessionState().newHadoopConf();
        List<Place> places = places(InputFolder.open(input, hadoop));
        TreeSet<String> classes = new TreeSet<>();
        places.stream().filter(place -> place.label() != null).forEach(place -> classes.add(place.label()));
        if (classes.isEmpty()) {
            throw new ConfigurationException(
                    "%s holds no class folders; put the images of each class into a folder named after it"
                            .formatted(input));
        }
        SerializableConfiguration shared = new SerializableConfiguration(hadoop);
        JavaRDD<FileEntry> files = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(places, places.size())
                .flatMap(new ListFiles(shared))
                .persist(StorageLevel.MEMORY_AND_DISK());
        Amount amount =
                files.aggregate(new Amount(0, 0), (sum, file) -> sum.plus(new Amount(1, file.length())), Amount::plus);
        int tasks = (int) Math.min(
                Math.max(
                        2L * spark.sparkContext().defaultParallelism(),
                        Math.max(amount.bytes() / BYTES_PER_TASK, amount.files() / FILES_PER_TASK)),
                100_000);
        JavaRDD<Row> rows = files.repartition(tasks).map(new ReadFile(shared));
        return new SourceImages(
                spark.createDataFrame(rows, SourceImages.SCHEMA), List.of(), List.copyOf(classes), amount.bytes());
    }

    private List<Place> places(InputFolder folder) {
        List<FileStatus> top = visibleFolders(folder, folder.path());
        List<Place> places = new ArrayList<>();
        places.add(new Place(folder.path().toString(), null, null));
        if (!hasSplitLevel(folder, top)) {
            top.forEach(status -> places.add(classFolder(status, null)));
            return places;
        }
        for (FileStatus splitFolder : top) {
            Split split = Split.parse(splitFolder.getPath().getName());
            places.add(new Place(splitFolder.getPath().toString(), null, split));
            visibleFolders(folder, splitFolder.getPath()).forEach(status -> places.add(classFolder(status, split)));
        }
        return places;
    }

    private static Place classFolder(FileStatus status, Split split) {
        return new Place(status.getPath().toString(), status.getPath().getName(), split);
    }

    private static List<FileStatus> visibleFolders(InputFolder folder, Path parent) {
        return folder.list(
                parent,
                status -> status.isDirectory() && !status.getPath().getName().startsWith("."));
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

    /** Lists the files of a place: all below a class folder, those directly in any other. */
    private record ListFiles(SerializableConfiguration hadoop) implements FlatMapFunction<Place, FileEntry> {

        @Override
        public Iterator<FileEntry> call(Place place) throws IOException {
            Path folder = new Path(place.folder());
            FileSystem fileSystem = folder.getFileSystem(hadoop.value());
            List<FileEntry> entries = new ArrayList<>();
            List<FileStatus> files =
                    place.label() == null ? FileListing.in(fileSystem, folder) : FileListing.below(fileSystem, folder);
            for (FileStatus file : files) {
                String path = file.getPath().toString();
                if (!path.substring(place.folder().length()).contains("/.")) {
                    entries.add(new FileEntry(path, file.getLen(), place.label(), place.split()));
                }
            }
            return entries.iterator();
        }
    }

    /** Reads a file; one that cannot be read is a rejected image, not a failed job. */
    private record ReadFile(SerializableConfiguration hadoop) implements Function<FileEntry, Row> {

        private static final int ATTEMPTS = 2;

        @Override
        public Row call(FileEntry file) {
            long limit = DecodeLimits.standard().maxBytes();
            if (file.length() > limit) {
                return rejected(
                        file,
                        null,
                        SourceRow.TOO_LARGE,
                        "The file has %d bytes, more than the limit of %d".formatted(file.length(), limit));
            }
            byte[] content;
            try {
                content = read(new Path(file.path()));
            } catch (IOException e) {
                return rejected(file, null, SourceRow.UNREADABLE, String.valueOf(e.getMessage()));
            }
            return file.label() == null
                    ? rejected(file, content, SourceRow.NO_LABEL, "The file lies outside every class folder")
                    : SourceRow.encoded(file.path(), file.label(), file.split(), content);
        }

        private static Row rejected(FileEntry file, byte[] content, String reason, String detail) {
            return SourceRow.rejected(file.path(), file.label(), file.split(), content, reason, detail);
        }

        private byte[] read(Path file) throws IOException {
            IOException last = null;
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
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
