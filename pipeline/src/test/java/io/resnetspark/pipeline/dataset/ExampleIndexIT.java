package io.resnetspark.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.image.load.StoredImage;
import io.resnetspark.pipeline.dataset.PrepareConfig.ResizeRule;
import io.resnetspark.pipeline.dataset.PrepareConfig.SourceFormat;
import io.resnetspark.pipeline.dataset.PrepareConfig.Storage;
import io.resnetspark.pipeline.dataset.PrepareConfig.StoredEncoding;
import io.resnetspark.pipeline.dataset.prepare.PrepareJob;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleIndexIT {

    @TempDir
    Path temporary;

    private final SparkSession spark = LocalSpark.session();
    private String output;
    private PrepareConfig config;

    @BeforeEach
    void makeFolder() throws IOException {
        Path folder = temporary.resolve("images");
        output = temporary.resolve("data set ü %20").toString();
        ImageFolders.writeClass(folder.resolve("a"), 0, 150);
        ImageFolders.writeClass(folder.resolve("b"), 1000, 100);
        config = PrepareConfig.of(folder.toString(), SourceFormat.IMAGE_FOLDER, output);
    }

    @Test
    void readsBitForBitWhatTheTableHolds() throws IOException {
        PrepareJob.run(spark, config);
        for (Split split : Split.values()) {
            assertReaderEqualsTable(split, new Configuration());
        }
    }

    @Test
    void readsEncodedImagesToo() throws IOException {
        PrepareJob.run(
                spark,
                config.withStorage(new Storage(StoredEncoding.ENCODED, 256, 32))
                        .withResize(ResizeRule.SHORTER_SIDE, 9));
        assertReaderEqualsTable(Split.TRAIN, new Configuration());
    }

    @Test
    void readsManyPagesRowGroupsAndFiles() throws IOException {
        Path large = temporary.resolve("large");
        for (int i = 0; i < 40; i++) {
            ImageFolders.writePng(large.resolve("c/" + i + ".png"), ImageFolders.picture(i, 256, 200 + i));
        }
        PrepareJob.run(
                spark,
                PrepareConfig.of(large.toString(), SourceFormat.IMAGE_FOLDER, output)
                        .withStorage(new Storage(StoredEncoding.RAW, 3, 1)));
        ExampleIndex index = assertReaderEqualsTable(Split.TRAIN, new Configuration());
        assertThat(index.files()).hasSizeGreaterThan(1);
    }

    @Test
    void numberingDependsOnTheImagesAloneNotOnTheirFiles() throws IOException {
        PrepareJob.run(spark, config);
        ExampleIndex oneVersion = ExampleIndex.build(spark, ImageDataset.open(spark, output), Split.TRAIN);

        Path first = temporary.resolve("first");
        ImageFolders.writeClass(first.resolve("a"), 0, 100);
        ImageFolders.writeClass(first.resolve("b"), 1000, 3);
        String other = temporary.resolve("other").toString();
        PrepareJob.run(spark, PrepareConfig.of(first.toString(), SourceFormat.IMAGE_FOLDER, other));
        PrepareJob.run(spark, PrepareConfig.of(config.input(), SourceFormat.IMAGE_FOLDER, other));
        ExampleIndex twoVersions = ExampleIndex.build(spark, ImageDataset.open(spark, other), Split.TRAIN);

        assertThat(twoVersions.files()).hasSizeGreaterThan(oneVersion.files().size());
        assertThat(twoVersions.size()).isEqualTo(oneVersion.size());
        for (int i = 0; i < oneVersion.size(); i++) {
            assertThat(twoVersions.idHash(i)).isEqualTo(oneVersion.idHash(i));
            assertThat(twoVersions.label(i)).isEqualTo(oneVersion.label(i));
        }
    }

    @Test
    void otherFileSystemsAreReadAtPositions() throws IOException {
        PrepareJob.run(spark, config);
        Configuration hadoop = new Configuration();
        hadoop.setBoolean("fs.file.impl.disable.cache", true);
        hadoop.setClass("fs.file.impl", NotLocal.class, RawLocalFileSystem.class);
        assertReaderEqualsTable(Split.TEST, hadoop);
    }

    /** The local disk under a name that does not give it away. */
    public static final class NotLocal extends RawLocalFileSystem {
        @Override
        public java.net.URI getUri() {
            return java.net.URI.create("elsewhere:///");
        }

        @Override
        protected void checkPath(org.apache.hadoop.fs.Path path) {}
    }

    @Test
    void anIndexSurvivesSerialisation() throws Exception {
        PrepareJob.run(spark, config);
        ExampleIndex index = ExampleIndex.build(spark, ImageDataset.open(spark, output), Split.TRAIN);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(index);
        }
        assertThat(bytes.size()).isLessThan(4000 + 50 * index.size());
        ExampleIndex copy;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            copy = (ExampleIndex) in.readObject();
        }
        try (ExampleReader original = new ExampleReader(index, new Configuration());
                ExampleReader reader = new ExampleReader(copy, new Configuration())) {
            assertThat(reader.read(3).bytes()).isEqualTo(original.read(3).bytes());
        }
    }

    @Test
    void aFlippedBitIsFound() throws IOException {
        PrepareJob.run(spark, config);
        ExampleIndex index = ExampleIndex.build(spark, ImageDataset.open(spark, output), Split.TRAIN);
        Path file = Path.of(new org.apache.hadoop.fs.Path(index.files().get(index.file(5)))
                .toUri()
                .getPath());
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(index.offset(5) + 7);
            int before = raw.read();
            raw.seek(index.offset(5) + 7);
            raw.write(before ^ 4);
        }
        try (ExampleReader reader = new ExampleReader(index, new Configuration())) {
            reader.read(4);
            assertThatThrownBy(() -> reader.read(5))
                    .isInstanceOf(BadDataException.class)
                    .hasMessageContaining("damaged");
        }
        Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);
        try (ExampleReader reader = new ExampleReader(index, new Configuration())) {
            assertThatThrownBy(() -> reader.read(5))
                    .isInstanceOf(BadDataException.class)
                    .hasMessageContaining("must not be changed");
        }
    }

    @Test
    void filesAnotherProgramCompressedAreRefused() throws IOException {
        PrepareJob.run(spark, config);
        spark.read()
                .format("delta")
                .load(output + "/images")
                .repartition(1)
                .write()
                .format("delta")
                .mode("overwrite")
                .option("compression", "snappy")
                .save(output + "/images");
        Path manifest = Path.of(output, "dataset.json");
        Files.writeString(
                manifest, Files.readString(manifest).replace("\"table_version\" : 1", "\"table_version\" : 2"));
        ImageDataset dataset = ImageDataset.open(spark, output);

        assertThatThrownBy(() -> ExampleIndex.build(spark, dataset, Split.TRAIN))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("SNAPPY");
    }

    private ExampleIndex assertReaderEqualsTable(Split split, Configuration hadoop) throws IOException {
        ImageDataset dataset = ImageDataset.open(spark, output);
        List<Row> rows = dataset.rows(split).collectAsList().stream()
                .sorted(Comparator.comparing(row -> row.<String>getAs("image_id")))
                .toList();
        assertThat(rows).isNotEmpty();
        ExampleIndex index = ExampleIndex.build(spark, dataset, split);
        assertThat(index.size()).isEqualTo(rows.size());
        try (ExampleReader reader = new ExampleReader(index, hadoop)) {
            for (int i = rows.size() - 1; i >= 0; i--) {
                Row row = rows.get(i);
                StoredImage image = reader.read(i);
                assertThat(image.bytes()).isEqualTo(row.<byte[]>getAs("bytes"));
                assertThat(image.label()).isEqualTo(row.<Integer>getAs("label"));
                assertThat("%016x".formatted(image.id()))
                        .isEqualTo(row.<String>getAs("image_id").substring(0, 16));
                assertThat(index.width(i)).isEqualTo(row.<Integer>getAs("width"));
                assertThat(index.height(i)).isEqualTo(row.<Integer>getAs("height"));
            }
        }
        return index;
    }
}
