package io.resnetspark.jobs.session;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.DeltaSession;
import io.resnetspark.pipeline.dataset.SparkSerializer;
import io.resnetspark.pipeline.device.DeviceRequest;
import io.resnetspark.pipeline.device.TaskDevice;
import java.security.CodeSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/** Opens the Spark session a command runs on. */
public final class SparkSessions {

    private static final Logger LOG = LoggerFactory.getLogger(SparkSessions.class);

    private static final String MASTER = "spark.master";

    private SparkSessions() {}

    /**
     * Opens the session of a command that computes networks, and ties the calling thread to the device that it is to compute
     * on.
     *
     * @throws ConfigurationException also if this process cannot compute on that
     * @see #open(SparkConfig, String)
     */
    public static SparkSession open(SparkConfig config, DeviceConfig device, String applicationName) {
        SparkSession session = open(config, applicationName, (conf, master) -> {
            TaskDevice.ofDriver(device.request().ofDriver(master)).bind();
            GpuScheduling.addTo(conf, master, device);
        });
        device.request().travelWith(session.sparkContext());
        return session;
    }

    /**
     * Opens the session. Settings win in this order: what spark-submit was given, section {@code spark.conf}, what suits
     * the master. Only what Spark serializes with is not theirs to choose.
     *
     * @throws ConfigurationException if Spark is none that this runs on, or refuses the settings, or no master is there
     */
    public static SparkSession open(SparkConfig config, String applicationName) {
        return open(config, applicationName, (conf, master) -> {});
    }

    private static SparkSession open(
            SparkConfig config, String applicationName, BiConsumer<SparkConf, String> devices) {
        SparkRelease.running().obstacle(Runtime.version().feature()).ifPresent(obstacle -> {
            throw new ConfigurationException(obstacle);
        });
        // Loads every spark.* system property: that is how spark-submit hands over its options.
        SparkConf conf = new SparkConf().setAppName(applicationName);
        Optional<SparkSession> running = running();
        if (running.isPresent()) {
            return joined(running.get(), config, devices);
        }
        String master = master(config, conf);
        config.conf().forEach((key, value) -> conf.setIfMissing(key, value));
        devices.accept(conf, master);
        suitable(master, config).forEach((key, value) -> conf.setIfMissing(key, value));
        SparkSerializer.choose(conf);
        conf.setMaster(master);
        StandaloneMaster.checkAnswers(master);
        try {
            return SparkSession.builder().config(conf).getOrCreate();
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("Spark does not accept its settings: %s".formatted(e.getMessage()), e);
        } catch (Exception e) {
            // Scala code throws checked exceptions undeclared.
            if (e instanceof SparkException) {
                throw new ConfigurationException("Cannot open Spark on %s: %s".formatted(master, e.getMessage()), e);
            }
            throw e;
        }
    }

    /** The session of a program that runs commands itself, as Python does; {@link #open} makes one of its application. */
    public static Optional<SparkSession> running() {
        Option<SparkSession> session = SparkSession.getDefaultSession();
        return session.isDefined() && !session.get().sparkContext().isStopped()
                ? Optional.of(session.get())
                : Optional.empty();
    }

    /** A session with SQL settings of its own over an application that runs, and that decides everything else. */
    private static SparkSession joined(
            SparkSession running, SparkConfig config, BiConsumer<SparkConf, String> devices) {
        SparkSerializer.check(running.sparkContext().getConf());
        String master = running.sparkContext().master();
        config.master()
                .filter(wanted -> !wanted.equals(master))
                .ifPresent(wanted -> LOG.warn("Running on {} as this program's Spark does, not on {}", master, wanted));
        devices.accept(running.sparkContext().getConf(), master);
        SparkSession session = running.newSession();
        Map<String, String> settings = suitable(master, config);
        settings.putAll(config.conf());
        settings.forEach((key, value) -> {
            if (session.conf().isModifiable(key)) {
                session.conf().set(key, value);
            }
        });
        return session;
    }

    /** The master that {@link #open} would run on. */
    public static String master(SparkConfig config) {
        return running()
                .map(session -> session.sparkContext().master())
                .orElseGet(() -> master(config, new SparkConf()));
    }

    private static String master(SparkConfig config, SparkConf submitted) {
        if (!submitted.contains(MASTER)) {
            return config.master().orElse("local[*]");
        }
        String chosen = submitted.get(MASTER);
        if (config.master().isPresent() && !config.master().get().equals(chosen)) {
            LOG.warn(
                    "Running on {} as spark-submit says, not on {}",
                    chosen,
                    config.master().get());
        }
        return chosen;
    }

    private static Map<String, String> suitable(String master, SparkConfig config) {
        Map<String, String> settings = DeltaSession.ownSession();
        settings.put("spark.ui.enabled", Boolean.toString(config.ui()));
        // Several commands may run on one machine, each with its interface on a port of its own.
        settings.put("spark.port.maxRetries", "64");
        settings.put("spark.ui.showConsoleProgress", "false"); // it would draw over our own
        settings.put("spark.sql.session.timeZone", "UTC");
        // Weights, pixels and JPEG files do not get smaller, and compressing takes as long as writing them.
        settings.put("spark.shuffle.compress", "false");
        settings.put("spark.broadcast.compress", "false");
        // A row group of a dataset, so that task slots can share one without a shuffle of its images.
        settings.put("spark.sql.files.maxPartitionBytes", "32m");
        // Delta's 50 tasks for the log of some thousand files would take longer than the log itself.
        settings.put("spark.databricks.delta.snapshotPartitions", "8");
        // The executors' share of what bin/resnet sets for the driver; the reasons are there.
        settings.put("spark.executorEnv.OMP_WAIT_POLICY", "passive");
        settings.put("spark.executorEnv.LC_ALL", "C.UTF-8");
        if (!DeviceRequest.runsTasksInDriver(master)) {
            // spark-submit ships the application by itself; opened from a plain JVM, it has to be named.
            applicationJar().ifPresent(jar -> settings.put("spark.jars", jar));
        }
        if (master.startsWith("local")) {
            // No other machine takes part, and a laptop's own name often resolves to nothing.
            settings.put("spark.driver.host", "127.0.0.1");
            settings.put("spark.driver.bindAddress", "127.0.0.1");
            String cores = Integer.toString(Runtime.getRuntime().availableProcessors());
            settings.put("spark.sql.shuffle.partitions", cores);
            settings.put("spark.databricks.delta.snapshotPartitions", cores);
        }
        return settings;
    }

    private static Optional<String> applicationJar() {
        CodeSource source = SparkSessions.class.getProtectionDomain().getCodeSource();
        return Optional.ofNullable(source)
                .map(known -> known.getLocation().toString())
                .filter(location -> location.endsWith(".jar"));
    }
}
