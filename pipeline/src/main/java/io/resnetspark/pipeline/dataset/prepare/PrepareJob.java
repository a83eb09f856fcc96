package io.resnetspark.pipeline.dataset.prepare;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.current_timestamp;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.when;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.error.ResNetSparkException;
import io.resnetspark.pipeline.dataset.ClassIndex;
import io.resnetspark.pipeline.dataset.DatasetFiles;
import io.resnetspark.pipeline.dataset.DatasetManifest;
import io.resnetspark.pipeline.dataset.DatasetManifestBuilder;
import io.resnetspark.pipeline.dataset.DeltaSession;
import io.resnetspark.pipeline.dataset.ImageTable;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.RunCounts;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.dataset.prepare.ExaminedImages.Outcome;
import io.resnetspark.pipeline.dataset.source.ImageSource;
import io.resnetspark.pipeline.dataset.source.SourceImages;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates a dataset from a source of images, or extends one by what is new in the source. Images are read once and
 * shuffled once, by content hash, which brings copies together and mixes the classes within the files.
 *
 * <p>The run may die anywhere: until its last step, one atomic write of {@code dataset.json}, readers see the version
 * before, and the next run starts from that.
 */
public final class PrepareJob {

    private static final Logger log = LoggerFactory.getLogger(PrepareJob.class);

    private static final long BYTES_PER_PARTITION = 64L << 20;

    private final SparkSession spark;
    private final PrepareConfig config;
    private final Consumer<PrepareStep> beforeStep;
    private final DatasetFiles files;
    private final Map<PrepareStep, Double> seconds = new EnumMap<>(PrepareStep.class);
    private final long started = System.nanoTime();

    private PrepareJob(SparkSession spark, PrepareConfig config, Consumer<PrepareStep> beforeStep) {
        this.spark = spark;
        this.config = config;
        this.beforeStep = beforeStep;
        this.files = new DatasetFiles(config.output(), spark.sessionState().newHadoopConf());
    }

    /**
     * Prepares.
     *
     * @param spark a session with {@link DeltaSession#SETTINGS}
     * @throws ConfigurationException if the source is not of the configured format, the output is something else than a
     *     dataset, or a dataset made in another way
     * @throws BadDataException if too many images are rejected, none is usable, or the source is damaged as a whole;
     *     no version is added then
     */
    public static PrepareOutcome run(SparkSession spark, PrepareConfig config) {
        return run(spark, config, step -> {});
    }

    /** @param beforeStep called before each step, so that tests can interrupt a run there */
    static PrepareOutcome run(SparkSession spark, PrepareConfig config, Consumer<PrepareStep> beforeStep) {
        DeltaSession.check(spark);
        try {
            Map<String, String> settings = ImageTable.writerSettings(
                    config.storage(), spark.sparkContext().defaultParallelism());
            return DeltaSession.isolated(spark, settings, session -> new PrepareJob(session, config, beforeStep).run());
        } catch (Exception e) { // Scala throws checked exceptions undeclared
            throw causedByUser(e).orElseThrow(() -> sneaky(e));
        }
    }

    private PrepareOutcome run() {
        Optional<DatasetFiles.Current> base = files.current();
        base.ifPresentOrElse(current -> checkSameMaking(current.manifest()), files::checkFreeForDataset);
        int version = base.map(current -> current.manifest().version()).orElse(0) + 1;
        SourceImages source = ImageSource.of(config).images(spark);
        log.info("Preparing {} from {} (about {} MiB)", files.root(), config.input(), source.bytes() >> 20);

        Dataset<Row> examined = examine(source, base).persist(StorageLevel.DISK_ONLY());
        try {
            RunTally tally = step(PrepareStep.EXAMINE, () -> RunTally.of(examined, source.leftOut()));
            RejectsTable rejects = new RejectsTable(spark, files.rejects());
            long rejectsVersion = step(PrepareStep.REJECTS, () -> {
                if (tally.counts().rejectedTotal() + tally.counts().duplicateTotal() > 0) {
                    rejects.append(examined, version);
                }
                return rejects.version();
            });
            checkRejected(tally);
            if (tally.counts().added() == 0) {
                return nothingNew(tally, base, source);
            }
            ClassIndex classes = base.map(current ->
                            new ClassIndex(current.manifest().content().classes()))
                    .orElse(new ClassIndex(List.of()))
                    .extendedBy(source.fixedClasses(), tally.addedClasses());
            ImageTable table = new ImageTable(spark, files.images());
            long tableVersion = step(PrepareStep.APPEND, () -> {
                table.rewindTo(base.map(current -> current.manifest().tables().tableVersion())
                        .orElse(ImageTable.EMPTY));
                return table.append(asTableRows(examined, classes, version).coalesce(fileCount(tally)));
            });
            TableSummary summary =
                    step(PrepareStep.SUMMARISE, () -> TableSummary.of(table.rows(tableVersion), classes.names()));
            long expected =
                    base.map(current -> current.manifest().content().images()).orElse(0L)
                            + tally.counts().added();
            if (summary.images() != expected) {
                throw new BadDataException(
                        "%s should hold %d images and holds %d: another run or program wrote to it; run this again"
                                .formatted(files.images(), expected, summary.images()));
            }
            DatasetManifest manifest =
                    manifest(base, version, tableVersion, rejectsVersion, classes, summary, tally, source);
            step(PrepareStep.PUBLISH, () -> {
                files.publish(manifest, base);
                return manifest;
            });
            log.info(
                    "Published version {} of {}: {} images",
                    version,
                    files.root(),
                    manifest.content().images());
            return new PrepareOutcome(
                    files.root(),
                    base.isPresent() ? PrepareOutcome.Change.EXTENDED : PrepareOutcome.Change.CREATED,
                    manifest,
                    tally.counts(),
                    manifest.making().warnings(),
                    elapsed(started));
        } finally {
            examined.unpersist();
        }
    }

    /** Rows of {@link ExaminedImages#SCHEMA}. */
    private Dataset<Row> examine(SourceImages source, Optional<DatasetFiles.Current> base) {
        int partitions = Math.max(
                2 * spark.sparkContext().defaultParallelism(),
                Math.toIntExact(Math.min(100_000, source.bytes() / BYTES_PER_PARTITION)));
        spark.conf().set("spark.sql.shuffle.partitions", Integer.toString(partitions));
        // Test images are kept rather than their copies in the training split: scores stay comparable.
        var preference = when(col("source_split").equalTo(Split.TEST.label()), 0)
                .when(col("source_split").equalTo(Split.VAL.label()), 1)
                .when(col("source_split").equalTo(Split.TRAIN.label()), 2)
                .otherwise(3);
        Dataset<Row> hashed = source.rows()
                .withColumn("image_id", sha2(col("content"), 256))
                .withColumn("source_size", length(col("content")).cast("long"))
                .repartition(partitions, col("image_id"));
        return withKnown(hashed, base)
                .withColumn("moved", coalesce(col("origin").notEqual(col("known_origin")), lit(false)))
                .withColumn("preference", preference)
                .sortWithinPartitions("image_id", "moved", "preference", "origin")
                .drop("moved", "preference")
                .mapPartitions(new ExamineImages(config), Encoders.row(ExaminedImages.SCHEMA));
    }

    private Dataset<Row> withKnown(Dataset<Row> hashed, Optional<DatasetFiles.Current> base) {
        if (base.isEmpty()) {
            return hashed.withColumn("known_origin", lit(null).cast("string"))
                    .withColumn("known_split", lit(null).cast("string"))
                    .withColumn("known_label", lit(null).cast("string"));
        }
        Dataset<Row> known = new ImageTable(spark, files.images())
                .rows(base.get().manifest().tables().tableVersion())
                .select(
                        col("image_id").as("known_id"),
                        col("origin").as("known_origin"),
                        col("split").as("known_split"),
                        col("label_name").as("known_label"));
        return hashed.join(known, col("image_id").equalTo(col("known_id")), "left")
                .drop("known_id");
    }

    private Dataset<Row> asTableRows(Dataset<Row> examined, ClassIndex classes, int version) {
        List<Row> labels = new ArrayList<>();
        classes.labels().forEach((name, label) -> labels.add(RowFactory.create(name, label)));
        Dataset<Row> labelTable = spark.createDataFrame(
                labels,
                new StructType()
                        .add("label_name", DataTypes.StringType, false)
                        .add("label", DataTypes.IntegerType, false));
        return examined.where(col("outcome").equalTo(Outcome.ADDED.label()))
                .join(broadcast(labelTable), "label_name")
                .withColumn("channels", lit(config.channels()))
                .withColumn("encoding", lit(config.storage().encoding().name().toLowerCase(Locale.ROOT)))
                .withColumn("version", lit(version))
                .withColumn("added_at", current_timestamp());
    }

    private int fileCount(RunTally tally) {
        long target = (long) config.storage().fileMebibytes() << 20;
        return Math.toIntExact(Math.max(1, (tally.storedBytes() + target - 1) / target));
    }

    private void checkRejected(RunTally tally) {
        RunCounts counts = tally.counts();
        if (counts.rejectedFraction() > config.maxRejectedFraction()) {
            throw new BadDataException(
                    "%d of %d images of %s were rejected (%s), more than the tolerated fraction of %s: %s; see the table %s, then fix the source or raise --max-rejected-fraction"
                            .formatted(
                                    counts.rejectedTotal(),
                                    counts.seen(),
                                    config.input(),
                                    counts.rejected().entrySet().stream()
                                            .map(reason -> "%d %s".formatted(reason.getValue(), reason.getKey()))
                                            .collect(Collectors.joining(", ")),
                                    config.maxRejectedFraction(),
                                    SourceImages.some(tally.examples().values()),
                                    files.rejects()));
        }
    }

    private PrepareOutcome nothingNew(RunTally tally, Optional<DatasetFiles.Current> base, SourceImages source) {
        RunCounts counts = tally.counts();
        DatasetManifest manifest = base.map(DatasetFiles.Current::manifest)
                .orElseThrow(() -> new BadDataException("No usable image in %s (%d seen, rejected: %s; left out: %s)%s"
                        .formatted(
                                config.input(),
                                counts.seen(),
                                counts.rejected(),
                                counts.leftOut(),
                                tally.examples().isEmpty()
                                        ? ""
                                        : ": "
                                                + SourceImages.some(
                                                        tally.examples().values()))));
        log.info("Nothing new for {}, which stays at version {}", files.root(), manifest.version());
        return new PrepareOutcome(
                files.root(), PrepareOutcome.Change.NOTHING_NEW, manifest, counts, source.notes(), elapsed(started));
    }

    private DatasetManifest manifest(
            Optional<DatasetFiles.Current> base,
            int version,
            long tableVersion,
            long rejectsVersion,
            ClassIndex classes,
            TableSummary summary,
            RunTally tally,
            SourceImages source) {
        Map<String, Double> durations = new LinkedHashMap<>();
        seconds.forEach((step, duration) -> durations.put(step.name().toLowerCase(Locale.ROOT), duration));
        durations.put("total", elapsed(started));
        return DatasetManifestBuilder.builder()
                .formatVersion(DatasetManifest.FORMAT_VERSION)
                .id(base.map(current -> current.manifest().id())
                        .orElseGet(() -> UUID.randomUUID().toString()))
                .version(version)
                .createdAt(Instant.now().toString())
                .tables(new DatasetManifest.Tables(tableVersion, rejectsVersion))
                .content(new DatasetManifest.Content(
                        summary.fingerprint(),
                        classes.names(),
                        summary.images(),
                        summary.splits(),
                        summary.trainPixels()))
                .making(new DatasetManifest.Making(
                        tally.counts(), warnings(classes, summary, tally, source), config, software(), durations))
                .history(base.map(DatasetFiles::historyAfter).orElse(List.of()))
                .build();
    }

    private static List<String> warnings(
            ClassIndex classes, TableSummary summary, RunTally tally, SourceImages source) {
        List<String> warnings = new ArrayList<>(source.notes());
        source.classFolders().stream()
                .filter(name -> !classes.names().contains(name))
                .forEach(name -> warnings.add(
                        "The class folder %s holds no usable image; the class is not in the dataset".formatted(name)));
        if (summary.trainPixels().pixels() == 0) {
            warnings.add("The training split is empty");
        }
        warnings.addAll(ClassWarnings.of(classes, summary));
        long across = tally.counts().duplicates().getOrDefault(ExaminedImages.DUPLICATE_ACROSS_SPLITS, 0L);
        if (across > 0) {
            warnings.add("%d images are in more than one split of the source; each is kept once".formatted(across));
        }
        long otherLabel = tally.counts().duplicates().getOrDefault(ExaminedImages.DUPLICATE_OTHER_LABEL, 0L);
        if (otherLabel > 0) {
            warnings.add("%d images have more than one label in the source; one is kept".formatted(otherLabel));
        }
        return warnings;
    }

    private Map<String, String> software() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("resnet-spark", implementationVersion(PrepareJob.class));
        versions.put("java", System.getProperty("java.version"));
        versions.put("spark", spark.version());
        versions.put("delta", io.delta.package$.MODULE$.VERSION());
        return versions;
    }

    private static String implementationVersion(Class<?> type) {
        return Optional.ofNullable(type.getPackage().getImplementationVersion()).orElse("development");
    }

    /** A dataset holds images made in one way; which source they come from may change. */
    private void checkSameMaking(DatasetManifest manifest) {
        PrepareConfig before = manifest.making().config();
        List<String> differences = new ArrayList<>();
        difference(differences, "channels", before.channels(), config.channels());
        difference(differences, "resize", before.resize(), config.resize());
        difference(
                differences,
                "storage.encoding",
                before.storage().encoding(),
                config.storage().encoding());
        difference(differences, "split", before.split(), config.split());
        if (!differences.isEmpty()) {
            throw new ConfigurationException("%s was made in another way (%s); use the same settings or another output"
                    .formatted(files.root(), String.join("; ", differences)));
        }
    }

    private static void difference(List<String> differences, String what, Object before, Object now) {
        if (!before.equals(now)) {
            differences.add("%s was %s, is %s".formatted(what, before, now));
        }
    }

    private <T> T step(PrepareStep step, Supplier<T> body) {
        beforeStep.accept(step);
        long begin = System.nanoTime();
        T result = body.get();
        seconds.put(step, elapsed(begin));
        return result;
    }

    private static double elapsed(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** What a task reported for the user, out of the layers Spark wraps around it. */
    private static Optional<ResNetSparkException> causedByUser(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof ResNetSparkException) {
                return Optional.of((ResNetSparkException) cause);
            }
        }
        return Optional.empty();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
