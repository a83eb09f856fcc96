package io.resnetspark.pipeline.dataset.source;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.storage.InputFiles;
import io.resnetspark.pipeline.storage.InputFiles.Entry;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Grey images as big-endian IDX files (LeCun, MNIST; Fashion-MNIST, EMNIST, KMNIST): {@code [N, height, width]} unsigned
 * bytes after 16 bytes of header, and {@code [N]} labels after 8. Pairs are found by name: {@code X-images-idx3-ubyte}
 * and {@code X-labels-idx1-ubyte}, also with a dot before {@code idx}, either of them with {@code .gz}; X contains {@code train} or else is a test set.
 *
 * @param input path or URI of the folder with the files
 */
record IdxSource(String input) implements ImageSource {

    private static final int IMAGE_HEADER = 16;
    private static final int LABEL_HEADER = 8;
    private static final int IMAGE_MAGIC = 0x0803;
    private static final int LABEL_MAGIC = 0x0801;
    private static final int MAX_SIDE = 1 << 14;

    /** Images of one size in one file with their labels, as unsigned bytes. */
    private record Pair(String images, Split split, int count, int height, int width, byte[] labels) {

        boolean isCompressed() {
            return images.endsWith(".gz");
        }

        /** A gzip stream can only be read from its start: one task. */
        List<Task> tasks() {
            int imageBytes = height * width;
            List<RecordRange> ranges = isCompressed()
                    ? List.of(new RecordRange(images, split, 0, count))
                    : RecordRange.cut(images, split, count, imageBytes);
            List<Task> tasks = new ArrayList<>();
            for (RecordRange range : ranges) {
                int first = (int) range.first();
                byte[] part = Arrays.copyOfRange(labels, first, first + range.count());
                tasks.add(new Task(range, height, width, part));
            }
            return tasks;
        }
    }

    private record Task(RecordRange range, int height, int width, byte[] labels) implements Serializable {}

    @Override
    public SourceImages images(SparkSession spark) {
        Configuration hadoop = spark.sessionState().newHadoopConf();
        InputFolder folder = InputFolder.open(input, hadoop);
        List<Task> tasks = new ArrayList<>();
        long bytes = 0;
        int classes = 0;
        int least = Integer.MAX_VALUE;
        for (Entry file : folder.files(name -> name.matches(".*images[-.]idx3-ubyte(\\.gz)?"))) {
            Pair pair = open(folder, file);
            tasks.addAll(pair.tasks());
            bytes += (long) pair.count() * pair.height() * pair.width();
            for (byte label : pair.labels()) {
                classes = Math.max(classes, (label & 0xFF) + 1);
                least = Math.min(least, label & 0xFF);
            }
        }
        if (tasks.isEmpty()) {
            throw new ConfigurationException(
                    "%s holds no *-images-idx3-ubyte or *-images-idx3-ubyte.gz".formatted(input));
        }
        var records = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(tasks, tasks.size())
                .flatMap(new ReadImages(new SerializableConfiguration(hadoop)));
        List<String> names =
                IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        List<String> notes = least > 0 && least < Integer.MAX_VALUE
                ? List.of(
                        ("The labels begin at %d, as EMNIST's letters do at 1: the classes below it have no images, and a"
                                        + " network gets an output for them all the same")
                                .formatted(least))
                : List.of();
        return SourceImages.of(spark.createDataFrame(records, SourceImages.SCHEMA), names, notes, bytes);
    }

    private Pair open(InputFolder folder, Entry images) {
        String imageFile = images.path();
        String stem = images.name().replaceFirst("images[-.]idx3-ubyte(\\.gz)?$", "");
        List<Entry> labelFiles = folder.files(
                name -> name.startsWith(stem) && name.substring(stem.length()).matches("labels[-.]idx1-ubyte(\\.gz)?"));
        if (labelFiles.isEmpty()) {
            throw new ConfigurationException(
                    "%s has no labels: %slabels-idx1-ubyte is missing".formatted(imageFile, stem));
        }
        String labelFile = labelFiles.get(0).path();
        ByteBuffer header = header(folder, imageFile, IMAGE_HEADER, IMAGE_MAGIC);
        int count = header.getInt();
        int height = header.getInt();
        int width = header.getInt();
        if (count < 0 || height < 1 || width < 1 || height > MAX_SIDE || width > MAX_SIDE) {
            throw damaged(imageFile, "its header says %d images of %d x %d".formatted(count, width, height), null);
        }
        long expected = IMAGE_HEADER + (long) count * height * width;
        boolean compressed = imageFile.endsWith(".gz");
        if (!compressed && images.length() != expected) {
            throw damaged(imageFile, "it has %d bytes, its header says %d".formatted(images.length(), expected), null);
        }
        byte[] labels = labels(folder, labelFile);
        if (labels.length != count) {
            throw damaged(imageFile, "it has %d images, %s %d labels".formatted(count, labelFile, labels.length), null);
        }
        Split split = images.name().contains("train") ? Split.TRAIN : Split.TEST;
        return new Pair(imageFile, split, count, height, width, labels);
    }

    private byte[] labels(InputFolder folder, String file) {
        int count = header(folder, file, LABEL_HEADER, LABEL_MAGIC).getInt();
        try (InputStream in = decompressed(folder.open(file), file)) {
            in.skipNBytes(LABEL_HEADER);
            byte[] labels = in.readAllBytes();
            if (labels.length != count) {
                throw damaged(file, "it has %d labels, its header says %d".formatted(labels.length, count), null);
            }
            return labels;
        } catch (IOException e) {
            throw damaged(file, e.getMessage(), e);
        }
    }

    /** The header after its magic number. */
    private ByteBuffer header(InputFolder folder, String file, int length, int magic) {
        try (InputStream in = decompressed(folder.open(file), file)) {
            ByteBuffer header = ByteBuffer.wrap(RecordRange.readFully(in, length));
            int actual = header.getInt();
            if (actual != magic) {
                throw damaged(file, "it starts with %08x, not %08x".formatted(actual, magic), null);
            }
            return header;
        } catch (IOException e) {
            throw damaged(file, e.getMessage(), e);
        }
    }

    private static InputStream decompressed(InputStream in, String file) throws IOException {
        return file.endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : new BufferedInputStream(in, 1 << 16);
    }

    private static BadDataException damaged(String file, String why, IOException cause) {
        return new BadDataException("%s is damaged or not an IDX file: %s; fetch it again".formatted(file, why), cause);
    }

    private record ReadImages(SerializableConfiguration hadoop) implements FlatMapFunction<Task, Row> {

        @Override
        public Iterator<Row> call(Task task) throws IOException {
            RecordRange range = task.range();
            String file = range.file();
            int imageBytes = task.height() * task.width();
            boolean compressed = file.endsWith(".gz"); // such a stream is read from its start
            long position = compressed ? 0 : IMAGE_HEADER + range.first() * imageBytes;
            InputStream in = decompressed(InputFiles.open(file, position, hadoop.value()), file);
            if (compressed) {
                in.skipNBytes(IMAGE_HEADER);
            }
            return new Iterator<>() {
                private int next;

                @Override
                public boolean hasNext() {
                    return next < range.count();
                }

                @Override
                public Row next() {
                    try {
                        byte[] pixels = RecordRange.readFully(in, imageBytes);
                        String label = Integer.toString(task.labels()[next] & 0xFF);
                        Row row = SourceRow.raw(
                                range.origin(next), label, range.split(), pixels, task.width(), task.height(), 1);
                        next++;
                        if (!hasNext()) {
                            in.close();
                        }
                        return row;
                    } catch (EOFException e) {
                        throw damaged(file, "it ends at image " + next, e);
                    } catch (IOException e) {
                        throw damaged(file, e.getMessage(), e);
                    }
                }
            };
        }
    }
}
