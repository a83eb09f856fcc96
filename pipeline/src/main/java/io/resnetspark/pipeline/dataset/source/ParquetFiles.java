package io.resnetspark.pipeline.dataset.source;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.storage.InputFiles;
import io.resnetspark.pipeline.storage.InputFiles.Entry;
import io.resnetspark.pipeline.storage.InputFiles.Kind;
import io.resnetspark.pipeline.storage.JsonDocument;
import io.resnetspark.pipeline.storage.LeftOut;
import io.resnetspark.pipeline.storage.Location;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.Type;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The Parquet files of one table, their footers looked at before Spark reads them: Spark takes the schema of one file for
 * that of all, and fails in the middle where another is different or cut short.
 *
 * @param root path or URI of the folder or file, fully qualified
 * @param footers of all files, by path; at least one
 * @param leftOut files beside them that are none
 */
public record ParquetFiles(String root, List<Footer> footers, LeftOut leftOut) {

    private static final String INFER_TYPES = "spark.sql.sources.partitionColumnTypeInference.enabled";

    /**
     * @param columns types of the columns by name, in words that are equal for equal types
     * @param huggingFace what Hugging Face's {@code datasets} wrote about the columns, null if nothing
     * @param problem why the footer cannot be read, null if it can
     */
    private record Footer(String file, Map<String, String> columns, String huggingFace, String problem)
            implements Serializable {}

    /**
     * Looks at a table.
     *
     * @param input path or URI of a file, or of a folder whose sub-folders may be called {@code column=value}
     * @throws ConfigurationException if there is none
     * @throws BadDataException if a file cannot be read as Parquet, or belongs to a Delta table
     */
    public static ParquetFiles of(SparkSession spark, String input) {
        Configuration hadoop = spark.sessionState().newHadoopConf();
        InputFiles files = InputFiles.of(input, hadoop);
        if (files.rootEntry().isEmpty()) {
            throw new ConfigurationException("Cannot read %s as Parquet: it does not exist".formatted(input));
        }
        List<Entry> entries = files.below(files.root());
        List<Entry> leftOut = new ArrayList<>();
        List<String> tables = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.is(Kind.UNREADABLE)) {
                throw new BadDataException("Cannot read %s: %s".formatted(entry.path(), entry.problem()));
            }
            if (entry.path().contains("/_delta_log/")) {
                throw new BadDataException(
                        "Cannot read %s as a parquet table: %s belongs to a Delta table, which may have left files behind; read it as delta, or a prepared dataset as dataset"
                                .formatted(input, entry.path()));
            }
            if (isTable(entry, files.root())) {
                tables.add(entry.path());
            } else if (!entry.is(Kind.HIDDEN) && !entry.name().startsWith("_")) {
                leftOut.add(entry);
            }
        }
        if (tables.isEmpty()) {
            throw new ConfigurationException("Cannot read %s as Parquet: it holds no Parquet files".formatted(input));
        }
        tables.forEach(ParquetFiles::checkName);
        List<Footer> footers = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(
                        tables, Math.min(tables.size(), 4 * spark.sparkContext().defaultParallelism()))
                .map(new ReadFooter(new SerializableConfiguration(hadoop)))
                .collect();
        footers.stream().filter(footer -> footer.problem() != null).findFirst().ifPresent(footer -> {
            throw new BadDataException("%s is cut short or no Parquet file: %s; fetch it again, or take it away"
                    .formatted(footer.file(), footer.problem()));
        });
        return new ParquetFiles(files.root(), List.copyOf(footers), LeftOut.of(leftOut));
    }

    /** As Spark has it: what starts with an underscore is somebody's bookkeeping. */
    private static boolean isTable(Entry entry, String root) {
        String below = entry.path().substring(Math.min(entry.path().length(), root.length()));
        return entry.is(Kind.FILE)
                && (entry.name().endsWith(".parquet") || !InputFiles.isLitter(entry))
                && !below.contains("/_");
    }

    /** Tables are read through Hadoop, which names local files in the locale and splits names at colons. */
    private static void checkName(String file) {
        Path path = new Path(file);
        if (!"file".equals(path.toUri().getScheme())) {
            return;
        }
        if (!Location.isNameable(file)) {
            throw new ConfigurationException(
                    "The locale of this process names files in %s, which cannot say %s; set LC_ALL=C.UTF-8, for executors spark.executorEnv.LC_ALL, and run it again"
                            .formatted(Location.nameEncoding(), file));
        }
        if (path.getName().indexOf(':') >= 0) {
            throw new BadDataException("Spark cannot read %s for the colon in its name; rename it".formatted(file));
        }
    }

    /** The table. Values of {@code column=value} folders stay text: 007 is not 7. */
    public Dataset<Row> rows(SparkSession spark) {
        String before = spark.conf().get(INFER_TYPES);
        spark.conf().set(INFER_TYPES, "false");
        try {
            Configuration hadoop = spark.sessionState().newHadoopConf();
            if (footers.size() == 1 && footers.get(0).file().equals(root)) {
                return spark.read().parquet(Location.of(root, hadoop).literal());
            }
            String[] files = footers.stream()
                    .map(footer -> Location.of(footer.file(), hadoop).literal())
                    .toArray(String[]::new);
            return spark.read().option("basePath", root).parquet(files);
        } finally {
            spark.conf().set(INFER_TYPES, before);
        }
    }

    /**
     * Checks that a column is the same in all files.
     *
     * @throws BadDataException naming two files that differ
     */
    public void requireAlike(String column) {
        Footer first = footers.get(0);
        for (Footer footer : footers) {
            String expected = first.columns().getOrDefault(column, "missing");
            String type = footer.columns().getOrDefault(column, "missing");
            if (!type.equals(expected)) {
                throw new BadDataException("The column %s is %s in %s and %s in %s; make them alike"
                        .formatted(column, expected, first.file(), type, footer.file()));
            }
        }
    }

    /**
     * The names behind a column of class numbers, where Hugging Face's {@code datasets} wrote the files.
     *
     * @throws BadDataException if the files do not agree
     */
    public Optional<List<String>> classNames(String column) {
        Optional<List<String>> names = Optional.empty();
        for (Footer footer : footers) {
            Optional<List<String>> here = classNames(footer, column);
            if (here.isPresent() && names.isPresent() && !here.equals(names)) {
                throw new BadDataException("%s calls the classes of %s %s, another file %s; make them alike"
                        .formatted(
                                footer.file(), column, SourceImages.some(here.get()), SourceImages.some(names.get())));
            }
            names = names.or(() -> here);
        }
        return names;
    }

    private static Optional<List<String>> classNames(Footer footer, String column) {
        if (footer.huggingFace() == null) {
            return Optional.empty();
        }
        JsonNode feature = JsonDocument.parse(footer.huggingFace(), footer.file())
                .path("info")
                .path("features")
                .path(column);
        List<String> names = new ArrayList<>();
        feature.path("names").forEach(name -> names.add(name.asText()));
        return names.isEmpty() || names.stream().distinct().count() < names.size()
                ? Optional.empty()
                : Optional.of(List.copyOf(names));
    }

    /** Whether all files lie in folders within the table's. */
    boolean liesInFolders() {
        return footers.stream().allMatch(footer -> footer.file().indexOf('/', root.length() + 1) >= 0);
    }

    /** The splits that files are named after, in their order; null among them for a file that is named after none. */
    List<Split> splits() {
        return footers.stream()
                .map(footer -> splitOf(footer.file(), liesInFolders()))
                .distinct()
                .toList();
    }

    /**
     * The split that a file is named after, as on the Hugging Face Hub: {@code train-00000-of-00001.parquet}, {@code
     * test.parquet}, or in a folder {@code validation}.
     *
     * @param inFolder whether the name of the folder that a file lies in counts too
     * @return null if it is named after none
     */
    static Split splitOf(String file, boolean inFolder) {
        int slash = file.lastIndexOf('/');
        Optional<Split> own = Split.find(file.substring(slash + 1).split("[-_.]", 2)[0]);
        if (own.isPresent() || !inFolder) {
            return own.orElse(null);
        }
        return Split.find(file.substring(file.lastIndexOf('/', slash - 1) + 1, slash))
                .orElse(null);
    }

    private record ReadFooter(SerializableConfiguration hadoop) implements Function<String, Footer> {

        @Override
        public Footer call(String file) {
            checkName(file); // also here, where the locale may be another
            try (ParquetFileReader reader =
                    ParquetFileReader.open(HadoopInputFile.fromPath(new Path(file), hadoop.value()))) {
                FileMetaData footer = reader.getFooter().getFileMetaData();
                Map<String, String> columns = new LinkedHashMap<>();
                footer.getSchema().getFields().forEach(field -> columns.put(field.getName(), inWords(field)));
                return new Footer(file, columns, footer.getKeyValueMetaData().get("huggingface"), null);
            } catch (IOException | RuntimeException e) {
                String message =
                        String.valueOf(e.getMessage()).lines().findFirst().orElse("");
                return new Footer(file, Map.of(), null, message.replace(file + " ", ""));
            }
        }

        /** Whether a value may be absent makes no difference. */
        private static String inWords(Type type) {
            if (!type.isPrimitive()) {
                return type.asGroupType().getFields().stream()
                        .map(field -> field.getName() + " " + inWords(field))
                        .toList()
                        .toString();
            }
            String physical =
                    type.asPrimitiveType().getPrimitiveTypeName().name().toLowerCase(Locale.ROOT);
            return type.getLogicalTypeAnnotation() == null
                    ? physical
                    : "%s (%s)".formatted(physical, type.getLogicalTypeAnnotation());
        }
    }
}
