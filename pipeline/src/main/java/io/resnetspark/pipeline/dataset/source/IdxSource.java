package io.resnetspark.pipeline.dataset.source;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.Split;
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
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Grey images as big-endian IDX files (LeCun, MNIST; Fashion-MNIST, EMNIST, KMNIST): {@code [N, height, width]} unsigned
 * bytes after 16 bytes of header, and {@code [N]} labels after 8. Pairs are found by name: {@code X-images-idx3-ubyte}
 * and {@code X-labels-idx1-ubyte}, either of them with {@code .gz}; X contains {@code train} or else is a test set.
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
    private record Pair(Path images, Split split, int count, int height, int width, byte[] labels) {

        boolean isCompressed() {
            return images.getName().endsWith(".gz");
        }

        /** A gzip stream can only be read from its start: one task. */
        List<Task> tasks() {
            int imageBytes = height * width;
            List<RecordRange> ranges = isCompressed()
                    ? List.of(new RecordRange(images.toString(), split, 0, count))
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
        for (FileStatus file : folder.files(name -> name.matches(".*images-idx3-ubyte(\\.gz)?"))) {
            Pair pair = open(folder, file);
            tasks.addAll(pair.tasks());
            bytes += (long) pair.count() * pair.height() * pair.width();
            for (byte label : pair.labels()) {
                classes = Math.max(classes, (label & 0xFF) + 1);
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
        return new SourceImages(spark.createDataFrame(records, SourceImages.SCHEMA), names, List.of(), bytes);
    }

    private Pair open(InputFolder folder, FileStatus images) {
        Path imageFile = images.getPath();
        String labelName = imageFile.getName().replaceFirst("images-idx3-ubyte(\\.gz)?$", "labels-idx1-ubyte");
        List<FileStatus> labelFiles = folder.files(name -> name.equals(labelName) || name.equals(labelName + ".gz"));
        if (labelFiles.isEmpty()) {
            throw new ConfigurationException("%s has no labels: %s is missing".formatted(imageFile, labelName));
        }
        Path labelFile = labelFiles.get(0).getPath();
        ByteBuffer header = header(folder, imageFile, IMAGE_HEADER, IMAGE_MAGIC);
        int count = header.getInt();
        int height = header.getInt();
        int width = header.getInt();
        if (count < 0 || height < 1 || width < 1 || height > MAX_SIDE || width > MAX_SIDE) {
            throw damaged(imageFile, "its header says %d images of %d x %d".formatted(count, width, height), null);
        }
        long expected = IMAGE_HEADER + (long) count * height * width;
        boolean compressed = imageFile.getName().endsWith(".gz");
        if (!compressed && images.getLen() != expected) {
            throw damaged(imageFile, "it has %d bytes, its header says %d".formatted(images.getLen(), expected), null);
        }
        byte[] labels = labels(folder, labelFile);
        if (labels.length != count) {
            throw damaged(imageFile, "it has %d images, %s %d labels".formatted(count, labelFile, labels.length), null);
        }
        Split split = imageFile.getName().contains("train") ? Split.TRAIN : Split.TEST;
        return new Pair(imageFile, split, count, height, width, labels);
    }

    private byte[] labels(InputFolder folder, Path file) {
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
    private ByteBuffer header(InputFolder folder, Path file, int length, int magic) {
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

    private static InputStream decompressed(InputStream in, Path file) throws IOException {
        return file.getName().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : new BufferedInputStream(in, 1 << 16);
    }

    private static BadDataException damaged(Path file, String why, IOException cause) {
        return new BadDataException("%s is damaged or not an IDX file: %s; fetch it again".formatted(file, why), cause);
    }

    private record ReadImages(SerializableConfiguration hadoop) implements FlatMapFunction<Task, Row> {

        @Override
        public Iterator<Row> call(Task task) throws IOException {
            RecordRange range = task.range();
            Path file = new Path(range.file());
            int imageBytes = task.height() * task.width();
            FSDataInputStream raw = file.getFileSystem(hadoop.value()).open(file);
            InputStream in = decompressed(raw, file);
            if (file.getName().endsWith(".gz")) {
                in.skipNBytes(IMAGE_HEADER);
            } else {
                raw.seek(IMAGE_HEADER + range.first() * imageBytes);
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
