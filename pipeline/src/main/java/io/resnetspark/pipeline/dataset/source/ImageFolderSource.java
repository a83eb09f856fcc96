package io.resnetspark.pipeline.dataset.source;

import io.resnetspark.model.image.decode.DecodeLimits;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.dataset.source.ImageFolderLayout.Place;
import io.resnetspark.pipeline.storage.InputFiles;
import io.resnetspark.pipeline.storage.InputFiles.Entry;
import io.resnetspark.pipeline.storage.InputFiles.Kind;
import io.resnetspark.pipeline.storage.LeftOut;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
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
 * anywhere below a class folder belong to that class; files outside every class folder are rejected; what {@link LeftOut}
 * names is left out and counted.
 *
 * <p>Folders are listed and files are read by Spark's tasks. Spark's own {@code binaryFile} source is not used because it
 * drops empty files and names that start with {@code _} without a word, and fails as a whole on one unreadable file.
 *
 * @param input path or URI of the folder
 * @param output path or URI of the dataset, which is no part of the input
 */
record ImageFolderSource(String input, String output) implements ImageSource {

    private static final long BYTES_PER_TASK = 64L << 20;
    private static final long FILES_PER_TASK = 5_000;

    private record FileEntry(Entry entry, Place place) implements Serializable {

        /** Whether the file lies in a folder within its class folder. */
        boolean isNested() {
            return entry.path().indexOf('/', place.folder().length() + 1) >= 0;
        }
    }

    /** What was listed. {@code flat} and {@code nested} are classes with files directly in their folder, and further below. */
    private record Listed(long files, long bytes, LeftOut leftOut, TreeSet<String> flat, TreeSet<String> nested)
            implements Serializable {

        static Listed nothing() {
            return new Listed(0, 0, LeftOut.nothing(), new TreeSet<>(), new TreeSet<>());
        }

        Listed plus(FileEntry file) {
            Entry entry = file.entry();
            if (LeftOut.leavesOut(entry)) {
                return new Listed(files, bytes, leftOut.plus(entry), flat, nested);
            }
            if (file.place().label() != null && entry.is(Kind.FILE)) {
                (file.isNested() ? nested : flat).add(file.place().label());
            }
            return new Listed(files + 1, bytes + entry.length(), leftOut, flat, nested);
        }

        Listed plus(Listed other) {
            flat.addAll(other.flat);
            nested.addAll(other.nested);
            return new Listed(files + other.files, bytes + other.bytes, leftOut.plus(other.leftOut), flat, nested);
        }
    }

    @Override
    public SourceImages images(SparkSession spark) {
        Configuration hadoop = spark.sessionState().newHadoopConf();
        ImageFolderLayout layout =
                ImageFolderLayout.of(input, InputFiles.of(input, Optional.of(output), hadoop), hadoop);
        SerializableConfiguration shared = new SerializableConfiguration(hadoop);
        JavaRDD<FileEntry> entries = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(layout.places(), layout.places().size())
                .flatMap(new ListFiles(input, output, shared))
                .persist(StorageLevel.MEMORY_AND_DISK());
        Listed listed = entries.aggregate(Listed.nothing(), Listed::plus, Listed::plus);
        int tasks = (int) Math.min(
                Math.max(
                        2L * spark.sparkContext().defaultParallelism(),
                        Math.max(listed.bytes() / BYTES_PER_TASK, listed.files() / FILES_PER_TASK)),
                100_000);
        JavaRDD<Row> rows = entries.filter(file -> !LeftOut.leavesOut(file.entry()))
                .repartition(tasks)
                .map(new ReadFile(shared));
        return new SourceImages(
                spark.createDataFrame(rows, SourceImages.SCHEMA),
                List.of(),
                List.copyOf(layout.classes()),
                listed.leftOut().counts(),
                notes(layout, listed),
                listed.bytes());
    }

    private static List<String> notes(ImageFolderLayout layout, Listed listed) {
        List<String> notes = new ArrayList<>(layout.notes());
        SortedSet<String> onlyFolders = new TreeSet<>(listed.nested());
        onlyFolders.removeAll(listed.flat());
        if (!onlyFolders.isEmpty()) {
            notes.add(
                    "The class folders %s hold only folders; all images below count as theirs. If those are the classes, name the folder above them"
                            .formatted(SourceImages.some(onlyFolders)));
        }
        notes.addAll(listed.leftOut().notes());
        return notes;
    }

    /** Lists the files of a place: all below a class folder, those directly in any other. */
    private record ListFiles(String input, String output, SerializableConfiguration hadoop)
            implements FlatMapFunction<Place, FileEntry> {

        @Override
        public Iterator<FileEntry> call(Place place) throws IOException {
            InputFiles files = InputFiles.of(input, Optional.of(output), hadoop.value());
            List<Entry> entries = place.label() == null ? files.list(place.folder()) : files.below(place.folder());
            return entries.stream()
                    // Folders are places of their own here, but for those that are no class's.
                    .filter(entry -> !entry.is(Kind.FOLDER) || LeftOut.leavesOut(entry))
                    .map(entry -> new FileEntry(entry, place))
                    .iterator();
        }
    }

    /** Reads a file; one that cannot be read is a rejected image, not a failed job. */
    private record ReadFile(SerializableConfiguration hadoop) implements Function<FileEntry, Row> {

        private static final int ATTEMPTS = 2;

        @Override
        public Row call(FileEntry file) {
            Entry entry = file.entry();
            long limit = DecodeLimits.standard().maxBytes();
            if (entry.is(Kind.UNREADABLE)) {
                return rejected(file, null, SourceRow.UNREADABLE, entry.problem());
            }
            if (entry.length() > limit) {
                return rejected(
                        file,
                        null,
                        SourceRow.TOO_LARGE,
                        "The file has %d bytes, more than the limit of %d".formatted(entry.length(), limit));
            }
            byte[] content;
            try {
                content = read(entry);
            } catch (IOException e) {
                return rejected(file, null, SourceRow.UNREADABLE, String.valueOf(e.getMessage()));
            }
            Place place = file.place();
            return place.label() == null
                    ? rejected(file, content, SourceRow.NO_LABEL, "The file lies outside every class folder")
                    : SourceRow.encoded(entry.path(), place.label(), place.split(), content);
        }

        private static Row rejected(FileEntry file, byte[] content, String reason, String detail) {
            Split split = file.place().split();
            return SourceRow.rejected(file.entry().path(), file.place().label(), split, content, reason, detail);
        }

        private byte[] read(Entry file) throws IOException {
            IOException last = null;
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                try {
                    return InputFiles.read(file.path(), file.length(), hadoop.value());
                } catch (IOException e) {
                    last = e;
                }
            }
            throw last;
        }
    }
}
