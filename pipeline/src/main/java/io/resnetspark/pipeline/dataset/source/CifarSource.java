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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * CIFAR-10 and CIFAR-100 in their binary version (Krizhevsky 2009, cs.toronto.edu/~kriz/cifar.html): records of one or
 * two label bytes and 3,072 bytes of pixels {@code [3, 32, 32]}, handed on as {@code [32, 32, 3]}.
 *
 * @param input path or URI of the folder with the binary files
 */
record CifarSource(String input, Variant variant) implements ImageSource {

    private static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;
    private static final int PIXELS = 3 * PLANE;

    /** Which of the two. */
    enum Variant {
        CIFAR10(1, "data_batch_", "test_batch", "batches.meta.txt", 10),
        /** The first label byte is the coarse class, the second, used here, the fine one. */
        CIFAR100(2, "train", "test", "fine_label_names.txt", 100);

        private final int labelBytes;
        private final String trainPrefix;
        private final String testPrefix;
        private final String namesFile;
        private final int classes;

        Variant(int labelBytes, String trainPrefix, String testPrefix, String namesFile, int classes) {
            this.labelBytes = labelBytes;
            this.trainPrefix = trainPrefix;
            this.testPrefix = testPrefix;
            this.namesFile = namesFile;
            this.classes = classes;
        }

        int recordBytes() {
            return labelBytes + PIXELS;
        }
    }

    @Override
    public SourceImages images(SparkSession spark) {
        Configuration hadoop = spark.sessionState().newHadoopConf();
        InputFolder folder = InputFolder.open(input, hadoop);
        List<RecordRange> ranges = new ArrayList<>();
        long bytes = 0;
        for (Entry file : folder.files(name -> name.endsWith(".bin"))) {
            String name = file.name();
            boolean isTrain = name.startsWith(variant.trainPrefix);
            if (!isTrain && !name.startsWith(variant.testPrefix)) {
                continue;
            }
            if (file.length() == 0 || file.length() % variant.recordBytes() != 0) {
                throw new BadDataException(
                        "%s has %d bytes, not a whole number of records of %d: it is cut short or not %s; fetch it again"
                                .formatted(file.path(), file.length(), variant.recordBytes(), variant));
            }
            ranges.addAll(RecordRange.cut(
                    file.path(),
                    isTrain ? Split.TRAIN : Split.TEST,
                    file.length() / variant.recordBytes(),
                    variant.recordBytes()));
            bytes += file.length();
        }
        if (ranges.isEmpty()) {
            throw new ConfigurationException(
                    "%s holds neither %s*.bin nor %s*.bin; name the folder with the binary version"
                            .formatted(input, variant.trainPrefix, variant.testPrefix));
        }
        List<String> classes = classNames(folder);
        var records = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(ranges, ranges.size())
                .flatMap(new ReadRecords(variant, classes, new SerializableConfiguration(hadoop)));
        return SourceImages.of(spark.createDataFrame(records, SourceImages.SCHEMA), classes, List.of(), bytes);
    }

    /** The names beside the data, or the numbers where there are none. */
    private List<String> classNames(InputFolder folder) {
        List<Entry> names = folder.files(variant.namesFile::equals);
        if (names.isEmpty()) {
            return IntStream.range(0, variant.classes)
                    .mapToObj(Integer::toString)
                    .toList();
        }
        String file = names.get(0).path();
        try (InputStream in = folder.open(file)) {
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("\uFEFF", "") // Windows' editors begin files with a byte-order mark
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (lines.size() != variant.classes || lines.stream().distinct().count() != variant.classes) {
                throw new BadDataException("%s must name %d different classes, one a line; it has %s"
                        .formatted(file, variant.classes, lines));
            }
            return lines;
        } catch (IOException e) {
            throw new BadDataException("Cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /**
     * Planes to pixels.
     *
     * @param record holds {@code [3, 32, 32]} from {@code offset} on
     * @return {@code [32, 32, 3]}
     */
    static byte[] channelsLast(byte[] record, int offset) {
        byte[] pixels = new byte[PIXELS];
        for (int i = 0; i < PLANE; i++) {
            pixels[3 * i] = record[offset + i];
            pixels[3 * i + 1] = record[offset + PLANE + i];
            pixels[3 * i + 2] = record[offset + 2 * PLANE + i];
        }
        return pixels;
    }

    private record ReadRecords(Variant variant, List<String> classes, SerializableConfiguration hadoop)
            implements FlatMapFunction<RecordRange, Row> {

        @Override
        public Iterator<Row> call(RecordRange range) throws IOException {
            List<Row> rows = new ArrayList<>(range.count());
            long position = range.first() * variant.recordBytes();
            try (InputStream in =
                    new BufferedInputStream(InputFiles.open(range.file(), position, hadoop.value()), 1 << 20)) {
                for (int i = 0; i < range.count(); i++) {
                    byte[] record = RecordRange.readFully(in, variant.recordBytes());
                    int label = record[variant.labelBytes - 1] & 0xFF;
                    byte[] pixels = channelsLast(record, variant.labelBytes);
                    rows.add(
                            label < variant.classes
                                    ? SourceRow.raw(
                                            range.origin(i), classes.get(label), range.split(), pixels, SIDE, SIDE, 3)
                                    : SourceRow.rejected(
                                            range.origin(i),
                                            null,
                                            range.split(),
                                            pixels,
                                            SourceRow.INVALID_LABEL,
                                            "The label is %d; there are %d classes".formatted(label, variant.classes)));
                }
            } catch (EOFException e) {
                throw new BadDataException(
                        "%s ended while it was read: is it still being written?".formatted(range.file()), e);
            }
            return rows.iterator();
        }
    }
}
