package io.resnetspark.pipeline.dataset;

import io.resnetspark.model.error.BadDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Puts the images of all files of a split into one order. */
final class ExampleIndexBuilder {

    private ExampleIndexBuilder() {}

    static ExampleIndex build(SparkSession spark, ImageDataset dataset, Split split) {
        String[] inputFiles = dataset.rows(split).inputFiles();
        Arrays.sort(inputFiles);
        List<FileExamples> files = inputFiles.length == 0
                ? List.of()
                : readAll(
                        JavaSparkContext.fromSparkContext(spark.sparkContext()),
                        List.of(inputFiles),
                        new SerializableConfiguration(spark.sessionState().newHadoopConf()));
        long images =
                files.stream().mapToLong(file -> file.columns().labels().length).sum();
        if (images != dataset.images(split)) {
            throw new BadDataException(
                    "The files of %s hold %d %s images, its manifest says %d; restore it from a copy or prepare it anew"
                            .formatted(dataset.path(), images, split.label(), dataset.images(split)));
        }
        return merge(files, dataset.encoding(), dataset.channels());
    }

    private static List<FileExamples> readAll(
            JavaSparkContext spark, List<String> files, SerializableConfiguration hadoop) {
        try {
            return spark.parallelize(files, files.size())
                    .map(new ReadFile(hadoop))
                    .collect();
        } catch (Exception e) { // Scala throws SparkException undeclared
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof BadDataException) {
                    throw (BadDataException) cause;
                }
            }
            if (e instanceof SparkException) {
                throw new BadDataException("Cannot index the files of the dataset: " + e.getMessage(), e);
            }
            throw e;
        }
    }

    private record ReadFile(SerializableConfiguration hadoop) implements Function<String, FileExamples> {

        @Override
        public FileExamples call(String file) throws IOException {
            return FileExamples.read(file, hadoop.value());
        }
    }

    /** A row of a file. */
    private record Place(FileExamples examples, int file, int row) {

        long idHash() {
            return ByteBuffer.wrap(examples.ids()).getLong(row * FileExamples.ID_BYTES);
        }

        int compareId(Place other) {
            int mine = row * FileExamples.ID_BYTES;
            int its = other.row * FileExamples.ID_BYTES;
            return Arrays.compareUnsigned(
                    examples.ids(),
                    mine,
                    mine + FileExamples.ID_BYTES,
                    other.examples.ids(),
                    its,
                    its + FileExamples.ID_BYTES);
        }
    }

    private static ExampleIndex merge(List<FileExamples> files, PrepareConfig.StoredEncoding encoding, int channels) {
        List<Place> places = new ArrayList<>();
        for (int file = 0; file < files.size(); file++) {
            FileExamples examples = files.get(file);
            int number = file;
            IntStream.range(0, examples.columns().labels().length)
                    .forEach(row -> places.add(new Place(examples, number, row)));
        }
        places.sort(Comparator.comparing(place -> place, Place::compareId));
        ExampleIndex.Columns columns = ExampleIndex.Columns.ofSize(places.size());
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            if (i > 0 && place.compareId(places.get(i - 1)) == 0) {
                int start = place.row() * FileExamples.ID_BYTES;
                throw new BadDataException("The image %s is in the dataset twice (%s and %s); prepare it anew"
                        .formatted(
                                HexFormat.of().formatHex(place.examples().ids(), start, start + FileExamples.ID_BYTES),
                                places.get(i - 1).examples().file(),
                                place.examples().file()));
            }
            columns.copy(i, place.examples().columns(), place.row());
            columns.idHashes()[i] = place.idHash();
            columns.files()[i] = place.file();
        }
        return new ExampleIndex(
                files.stream().map(FileExamples::file).toList(),
                files.stream().mapToLong(FileExamples::fileLength).toArray(),
                encoding,
                channels,
                columns);
    }
}
